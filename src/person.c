/* SPDX-License-Identifier: Apache-2.0 */
#include "src/person.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "twin/text.h"

/* Of several roles, the first of these counts. */
static const enum person_role order[] = {
	PERSON_SUPERVISOR, PERSON_COORDINATOR, PERSON_TECHNICIAN, PERSON_NURSE, PERSON_VIEWER};

bool person_roles_configured(const struct settings *s)
{
	int groups = 0;
	for (int role = 0; role < PERSON_ROLE_COUNT; role++)
		groups += s->role_group_count[role];
	return groups > 0;
}

/* As the kernel has it: what the login gave, not what a file says by now. */
static bool in_group(const char *name)
{
	static char room[1 << 16]; /* a group of a directory may have many members */
	gid_t mine[1024];
	struct group entry, *group = NULL;
	if (getgrnam_r(name, &entry, room, sizeof room, &group) != 0 || group == NULL)
		return false;
	gid_t wanted = group->gr_gid;
	int count = getgroups(sizeof mine / sizeof *mine, mine);
	bool found = getegid() == wanted;
	for (int i = 0; i < count && !found; i++)
		found = mine[i] == wanted;
	return found;
}

static void find_role(const struct settings *s, struct person *p)
{
	p->role = PERSON_VIEWER;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (int k = 0; k < s->role_group_count[order[i]]; k++)
			if (in_group(s->role_groups[order[i]][k])) {
				p->role = order[i];
				text_copy(p->group, sizeof p->group, s->role_groups[order[i]][k]);
				return;
			}
}

/* SSH_CONNECTION is "client port server port"; only an address is believed to be one. */
static void find_place(struct person *p)
{
	const char *ssh = getenv("SSH_CONNECTION");
	char tty[FROM_SIZE] = "";
	unsigned char address[sizeof(struct in6_addr)];
	char client[INET6_ADDRSTRLEN + 1];
	if (ttyname_r(STDIN_FILENO, tty, sizeof tty) == 0)
		text_copy(p->tty, sizeof p->tty, strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty);
	if (ssh != NULL) {
		size_t n = strcspn(ssh, " ");
		snprintf(client, sizeof client, "%.*s", (int)(n < 46 ? n : 46), ssh);
		if (inet_pton(AF_INET, client, address) == 1
			|| inet_pton(AF_INET6, client, address) == 1)
			text_copy(p->peer, sizeof p->peer, client);
	}
	text_copy(p->from, sizeof p->from, p->tty);
	if (p->peer[0] != '\0') {
		size_t used = strlen(p->from);
		snprintf(p->from + used, sizeof p->from - used, "%s%s", used > 0 ? " " : "",
			p->peer);
	}
}

int person_find(const struct settings *s, struct person *p, struct error *err)
{
	const struct passwd *me = getpwuid(getuid());
	const char *login = me != NULL ? me->pw_name : "operator";
	const char *name = s->user != NULL ? s->user : login;
	*p = (struct person){.role = s->demo ? PERSON_SUPERVISOR : PERSON_COORDINATOR};
	text_copy(p->login, sizeof p->login, login);
	find_place(p);
	if (person_roles_configured(s)) {
		if (me == NULL)
			return error_set(err, -EPERM,
				"user %u has no name: with roles configured it must have one",
				(unsigned)getuid());
		if (strcmp(name, login) != 0)
			return error_set(err, -EPERM,
				"the user is %s: with roles configured nobody is called \"%s\" "
				"(setting user, --user)",
				login, name);
		find_role(s, p);
	}
	text_neutralise(p->user, sizeof p->user, name, strlen(name));
	return 0;
}
