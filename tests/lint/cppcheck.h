/* SPDX-License-Identifier: Apache-2.0 */
/* For cppcheck only (--include): it does not read the system's headers, and takes
 * a loop it cannot see for variables that nobody sets. */
#define cJSON_ArrayForEach(element, array)                                                         \
	for ((element) = (array)->child; (element) != NULL; (element) = (element)->next)
#define HASH_ITER(hh, head, element, other)                                                        \
	for ((element) = (head), (other) = (element); (element) != NULL; (element) = (other))
