#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# One suite hour: a cut of the broker, a spoilt FHIR server; `make soak` is 72.
exec "${B:-build}/tests/rig/soak" 1 120
