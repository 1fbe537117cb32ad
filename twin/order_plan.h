/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_ORDER_PLAN_H
#define VIGIE_TWIN_ORDER_PLAN_H

/*
 * From what was decided to what is to be done out there, step by step: what becomes
 * of the programme is said case by case, however it was decided (a swap is two cases
 * that go somewhere); what no case shows is a step of its own, before them.
 *
 * No step lands where a case still is that a later step takes away: so whoever stops
 * after any of them leaves a programme that can be worked. Where cases go round in a
 * circle there is no such order; the first of the circle then goes first.
 */

#include "twin/orders.h"
#include "twin/whatif.h"

/* 16 hex digits: the same for the same steps on the same state of the cases they are
 * about, at every station. */
void order_plan_id(const struct twin *twin, const struct what_if *moves, char out[ID_SIZE]);

/* Fills plan, step, steps, text, before and, of a case that an Appointment told of,
 * about; state is ORDER_APPROVED. How many, at most ORDERS_STEPS; -1 with why: a move
 * that cannot be made as it stands, one nobody can decide, or too many. `fork` is
 * written over; its twin is the caller's. */
int order_plan(const struct twin *twin, const struct what_if *moves, struct fork *fork,
	struct fact_order out[ORDERS_STEPS], char why[SCENARIO_TEXT]);

#endif
