/* SPDX-License-Identifier: Apache-2.0 */
#include "src/station_acts.h"

void station_command(struct station *s, const struct command *command)
{
	static station_do *const acts[COMMAND_KIND_COUNT] = {
		[COMMAND_MILESTONE] = station_do_milestone,
		[COMMAND_STATUS] = station_do_status,
		[COMMAND_READINESS] = station_do_readiness,
		[COMMAND_ESTIMATE] = station_do_estimate,
		[COMMAND_INTAKE] = station_do_intake,
		[COMMAND_LEARN] = station_do_learn,
		[COMMAND_ACKNOWLEDGE] = station_do_alarm,
		[COMMAND_STOCK] = station_do_stock,
		[COMMAND_RESET] = station_do_alarm,
		[COMMAND_TAKE] = station_do_alarm,
		[COMMAND_LEAVE] = station_do_alarm,
		[COMMAND_SHELVE] = station_do_alarm,
		[COMMAND_UNSHELVE] = station_do_alarm,
		[COMMAND_UNACKNOWLEDGE] = station_do_alarm,
		[COMMAND_OUT_OF_SERVICE] = station_do_alarm,
		[COMMAND_RETURN] = station_do_alarm,
		[COMMAND_UNDO] = station_do_undo,
		[COMMAND_REVEAL] = station_do_reveal,
		[COMMAND_BREAK_GLASS] = station_do_break_glass,
		[COMMAND_IDEA_KEEP] = station_do_keep,
		[COMMAND_IDEA_FORGET] = station_do_forget,
		[COMMAND_NOTE] = station_do_note,
		[COMMAND_UNNOTE] = station_do_unnote,
		[COMMAND_LOOK] = station_do_look,
		[COMMAND_RECALL] = station_recall,
		[COMMAND_BY_HAND] = station_order_by_hand,
		[COMMAND_EMERGENCY] = station_do_emergency,
		[COMMAND_NEST] = station_do_nest,
		[COMMAND_LOCK_CASE] = station_do_lock_case,
		[COMMAND_APPROVE] = station_approve,
	};
	if (s->locked) {
		station_say(s, "locked: nothing is done here before the password");
		return;
	}
	if (station_what_if(s, command) || station_repair(s, command))
		return; /* changes nothing that is shared */
	if (command->kind == COMMAND_RELOAD) {
		station_site_reload(s); /* as it would be without asking */
		return;
	}
	if (command->kind <= COMMAND_NONE || command->kind >= COMMAND_KIND_COUNT
		|| acts[command->kind] == NULL)
		return;
	if (s->settings->readonly) {
		station_say(s, "this console is read-only");
		return;
	}
	acts[command->kind](s, command);
}
