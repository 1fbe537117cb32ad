#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""W3, one operating day, as people write it in SimPy 4: a process for each patient.

Ten rooms with five cases each in a fixed order, 8 anaesthetists, 6 porters, 4 cleaning
teams, 9 PACU beds; all times in minutes after 06:00. Prints one line of JSON with the
days per second and the figures by which one sees that the work was done: last room-out
816.6-817.5, overtime 1005-1008 over all rooms, wait 73.4 a patient, blocked 149-151 a day
(three independent implementations).

    w3_simpy.py [DAYS [SEED]]

Only what belongs to the model is in the loop: no monitoring, no list of events kept, laws
worked out beforehand, the generator of Python itself.
"""

import json
import math
import random
import resource
import sys
import time

import simpy

ROOMS, TURNS, CLOSE = 10, 5, 600.0


def lognormal(mean, deviation):
    """The law of an arithmetic mean and standard deviation: mu and sigma."""
    variance = math.log(1 + (deviation / mean) ** 2)
    return math.log(mean) - variance / 2, math.sqrt(variance)


CHECK, TRANSPORT, INDUCTION = lognormal(20, 8), lognormal(8, 3), lognormal(20, 8)
SURGERY, EMERGENCE, CLEANING = lognormal(60, 30), lognormal(10, 4), lognormal(20, 5)
TRANSFER, RECOVERY = lognormal(6, 2), lognormal(90, 40)


class Day:
    def __init__(self, draw):
        self.env = env = simpy.Environment()
        self.draw = draw
        self.anaesthetists = simpy.Resource(env, 8)
        self.porters = simpy.Resource(env, 6)
        self.cleaners = simpy.Resource(env, 4)
        self.beds = simpy.Resource(env, 9)
        self.last_out = [0.0] * ROOMS
        self.wait = self.blocked = 0.0
        for room in range(ROOMS):
            clean = env.event().succeed()
            for turn in range(TURNS):
                after = env.event()
                env.process(self.patient(room, 120.0 + 100.0 * turn, clean, after))
                clean = after
        env.run()

    def served_by(self, staff, law):
        with staff.request() as one:
            yield one
            yield self.env.timeout(self.draw.lognormvariate(*law))

    def clean(self, done):
        yield from self.served_by(self.cleaners, CLEANING)
        done.succeed()

    def patient(self, room, planned, clean, after):
        env, draw = self.env, self.draw
        yield env.timeout(planned - 60 + draw.uniform(-15, 15))
        yield env.timeout(draw.lognormvariate(*CHECK))
        ready = env.now
        yield clean
        if env.now < planned - 15:
            yield env.timeout(planned - 15 - env.now)
        with self.porters.request() as porter:
            yield porter
            self.wait += env.now - ready
            yield env.timeout(draw.lognormvariate(*TRANSPORT))
        yield from self.served_by(self.anaesthetists, INDUCTION)
        yield env.timeout(draw.lognormvariate(*SURGERY))
        yield from self.served_by(self.anaesthetists, EMERGENCE)
        awake = env.now
        with self.beds.request() as bed:
            yield bed
            self.blocked += env.now - awake
            self.last_out[room] = env.now
            env.process(self.clean(after))
            yield from self.served_by(self.porters, TRANSFER)
            yield env.timeout(draw.lognormvariate(*RECOVERY))


def main():
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    draw = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    sums = [0.0] * 4
    began = time.perf_counter()
    for _ in range(days):
        day = Day(draw)
        sums[0] += max(day.last_out)
        sums[1] += sum(max(0.0, out - CLOSE) for out in day.last_out)
        sums[2] += day.wait / (ROOMS * TURNS)
        sums[3] += day.blocked
    took = time.perf_counter() - began
    print(json.dumps({
        "engine": "SimPy " + simpy.__version__,
        "n": days,
        "days_per_s": round(days / took, 1),
        "last_out_min": round(sums[0] / days, 2),
        "overtime_min": round(sums[1] / days, 2),
        "wait_min": round(sums[2] / days, 3),
        "blocked_min_per_day": round(sums[3] / days, 2),
        "peak_rss_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }))


if __name__ == "__main__":
    main()
