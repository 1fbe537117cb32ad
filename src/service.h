/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SERVICE_H
#define VIGIE_SRC_SERVICE_H

/*
 * What a service manager is told (sd_notify(3)): a datagram to $NOTIFY_SOCKET. The
 * protocol is these few lines, so libsystemd is not needed for it. And what goes
 * to the log: one line an event on standard error, with the level in front where
 * journald reads it ($JOURNAL_STREAM, sd-daemon(3)), else with the time.
 */

/* "READY=1", "STOPPING=1", "STATUS=…", "WATCHDOG=1"; several with \n between. Does
 * nothing when nobody asked. */
void service_tell(const char *state);
/* How often a sign of life is wanted, in seconds; 0: it is not. */
double service_watchdog_s(void);

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO };
void service_log(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
