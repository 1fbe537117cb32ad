/* SPDX-License-Identifier: Apache-2.0 */
/* Stations as programs of their own on real brokers: mosquitto, a bridged pair of
 * them, three nats-servers. What is cut off goes on by itself, and in the end all
 * stand alike, with every act once. Seconds are printed; deadlines are generous. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <unistd.h>

#include "tests/stub/brokers.c"
#include "tests/stub/cut.c"
#include "tests/stub/desk.c"

enum { DEADLINE_S = 90 };

/* mosquitto of Debian gives at most 1,020 retained messages of QoS 1 otherwise. */
static const char whole[] = "max_queued_messages 0\n";

/* A journal of its own each time. */
static void desk_name(struct desk *d, const char *id)
{
	static int names;
	snprintf(d->id, sizeof d->id, "%s", id);
	snprintf(d->journal, sizeof d->journal, "%s/%d-%s.db", brokers_folder(), names++, id);
}

static void desk_open(struct desk *d, const char *id, int port)
{
	desk_name(d, id);
	d->ports[0] = port;
	d->port_count = 1;
	desk_start(d);
}

static double seconds_since(int64_t from_us)
{
	return (double)(mono_us() - from_us) / 1e6;
}

/* Asked again and again until it holds this word. */
static bool becomes(struct desk *d, const char *question, const char *word)
{
	for (int64_t from = mono_us(); seconds_since(from) < DEADLINE_S; usleep(20000)) {
		const char *answer = desk_ask(d, "%s", question);
		if (answer[0] == '\0')
			break; /* it has died */
		if (strstr(answer, word) != NULL)
			return true;
	}
	print_message("%s, asked \"%s\" for \"%s\": %s\n", d->id, question, word,
		desk_ask(d, "%s", question));
	return false;
}

static bool alike(struct desk *desks[], int n, char *state, size_t size)
{
	snprintf(state, size, "%s", desk_ask(desks[0], "state"));
	for (int i = 1; i < n; i++)
		if (strcmp(desk_ask(desks[i], "state"), state) != 0)
			return false;
	for (int i = 0; i < n; i++)
		if (strstr(desk_ask(desks[i], "stations"), "linked=1 waiting=0") == NULL)
			return false;
	return true;
}

/* Waits until all stand alike with each of these words in the state. */
static void converge(const char *what, struct desk *desks[], int n, const char *const words[])
{
	static char state[65536];
	int64_t from = mono_us();
	for (; seconds_since(from) < DEADLINE_S; usleep(20000)) {
		bool good = alike(desks, n, state, sizeof state);
		for (int i = 0; words[i] != NULL && good; i++)
			good = strstr(state, words[i]) != NULL;
		if (!good)
			continue;
		print_message("%s: alike %.2f s after it was mended\n", what, seconds_since(from));
		return;
	}
	for (int i = 0; i < n; i++)
		print_message("%s: %s\n%s\n", desks[i]->id, desk_ask(desks[i], "state"),
			desk_ask(desks[i], "stations"));
	fail_msg("%s: not alike after %d s", what, DEADLINE_S);
}

static int rows(const struct desk *d, const char *where)
{
	char sql[512];
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	int n = -1;
	snprintf(sql, sizeof sql, "SELECT count(*) FROM fact WHERE %s", where);
	assert_int_equal(sqlite3_open_v2(d->journal, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int(s, 0);
	sqlite3_finalize(s);
	sqlite3_close(db);
	return n;
}

/* The writer may be a moment behind the twin. */
static void count_rows(const struct desk *d, const char *where, int times)
{
	for (int64_t from = mono_us(); seconds_since(from) < 10 && rows(d, where) < times;)
		usleep(20000);
	assert_int_equal(rows(d, where), times);
}

/* Every act stands once in every journal: none lost, none doubled. */
static void each_once(struct desk *desks[], int n, const char *act, const char *key, int times)
{
	char where[300];
	snprintf(where, sizeof where,
		"kind='alarm' AND payload LIKE '%%\"%s\"%%' AND payload LIKE '%%\"act\":\"%s\"%%'",
		key, act);
	for (int i = 0; i < n; i++)
		count_rows(desks[i], where, times);
}

static void meet(struct desk *desks[], int n)
{
	char here[16];
	snprintf(here, sizeof here, "here=%d ", n - 1);
	for (int i = 0; i < n; i++) {
		assert_true(becomes(desks[i], "stations", "linked=1"));
		assert_true(becomes(desks[i], "stations", here));
	}
}

/* --- one mosquitto --- */

static void test_shared_and_seen(void **state)
{
	struct broker b = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	(void)state;
	assert_true(broker_start(&b, whole));
	desk_open(&one, "or-1", b.port);
	desk_open(&two, "or-2", b.port);
	meet(both, 2);
	desk_ask(&one, "press C300007B573C"); /* only its radio hears it */
	assert_true(becomes(&two, "state", "press:C300007B573C=B/ "));
	desk_ask(&two, "ack press:C300007B573C");
	assert_true(becomes(&one, "state", "press:C300007B573C=LA/or-2 "));
	assert_true(becomes(&two, "stage press:C300007B573C", "3 or-1"));
	each_once(both, 2, "acknowledge", "press:C300007B573C", 1);
	desk_end(&one);
	desk_end(&two);
	broker_end(&b);
}

/* The broker is killed and has kept nothing; a station that comes later, with no
 * journal, hears all there was. */
static void test_broker_killed_without_memory(void **state)
{
	struct broker b = {0};
	struct desk one = {0}, two = {0}, three = {0}, *all[] = {&one, &two, &three};
	(void)state;
	assert_true(broker_start(&b, whole));
	desk_open(&one, "or-1", b.port);
	desk_open(&two, "or-2", b.port);
	meet(all, 2);
	desk_ask(&one, "press C300007B573C");
	assert_true(becomes(&two, "state", "press:C300007B573C=B/ "));
	desk_ask(&two, "ack press:C300007B573C");
	assert_true(becomes(&one, "state", "press:C300007B573C=LA/or-2 "));
	broker_kill(&b);
	desk_ask(&one, "press C300007B5731"); /* nobody else knows */
	desk_ask(&one, "ack press:C300007B5731");
	usleep(3500000);
	assert_true(becomes(&one, "stage press:C300007B5731", "1"));
	assert_true(becomes(&one, "stations", "linked=0"));
	assert_true(broker_again(&b));
	desk_open(&three, "or-3", b.port);
	desk_ask(&three, "case c-0");
	converge("mosquitto killed, no memory", all, 2,
		(const char *[]){
			"press:C300007B573C=LA/or-2 ", "press:C300007B5731=LA/or-1 ", NULL});
	assert_true(becomes(&three, "state", "press:C300007B573C=LA/or-2 "));
	assert_true(becomes(&three, "state", "press:C300007B5731=LA/or-1 "));
	each_once(all, 3, "acknowledge", "press:C300007B573C", 1);
	each_once(all, 3, "acknowledge", "press:C300007B5731", 1);
	for (int i = 0; i < 3; i++)
		desk_end(all[i]);
	broker_end(&b);
}

/* A broker confirms what its access list refuses (MQTT 3.1.1): only that it does not
 * come back tells. Meanwhile nobody else has heard of it. */
static void test_refused_by_the_access_list(void **state)
{
	struct broker b = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	char extra[200], path[100];
	(void)state;
	snprintf(path, sizeof path, "%s/acl", brokers_folder());
	FILE *acl = fopen(path, "w");
	assert_non_null(acl);
	fputs("topic read #\npattern write vigie/%c/heartbeat\ntopic write vigie/or-2/share/#\n"
	      "topic write vigie/or-1/share/here\n",
		acl);
	fclose(acl);
	snprintf(extra, sizeof extra, "%sacl_file %s\n", whole, path);
	assert_true(broker_start(&b, extra));
	desk_open(&one, "or-1", b.port);
	desk_open(&two, "or-2", b.port);
	meet(both, 2);
	desk_ask(&one, "press C300007B573C");
	desk_ask(&one, "ack press:C300007B573C");
	assert_true(becomes(&one, "stations", "linked=0"));
	assert_true(becomes(&one, "stage press:C300007B573C", "1"));
	assert_null(strstr(desk_ask(&two, "state"), "C300007B573C"));
	desk_end(&one);
	desk_end(&two);
	broker_end(&b);
}

/* A broker that queues too little gives a part of the set and says nothing. */
static void test_a_truncated_set_is_repaired(void **state)
{
	struct broker b = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	(void)state;
	assert_true(broker_start(&b, "max_queued_messages 20\nmax_inflight_messages 5\n"));
	desk_open(&one, "or-1", b.port);
	assert_true(becomes(&one, "stations", "linked=1"));
	desk_ask(&one, "fill 600");
	assert_true(becomes(&one, "stations", "linked=1 waiting=0"));
	desk_open(&two, "or-2", b.port);
	for (int i = 0; i < 30; i++) /* the same programme as the other has */
		desk_ask(&two, "case c-%d", i);
	int64_t from = mono_us();
	char worst[300] = "";
	for (; seconds_since(from) < DEADLINE_S; usleep(20000)) {
		const char *now = desk_ask(&two, "stations");
		if (strstr(now, "missing=0") == NULL)
			snprintf(worst, sizeof worst, "%s", now);
		else if (worst[0] != '\0')
			break;
	}
	print_message("truncated: %s\n", worst);
	assert_non_null(strstr(worst, "missing="));
	converge("truncated set", both, 2, (const char *[]){"c-29=", NULL});
	desk_end(&one);
	desk_end(&two);
	broker_end(&b);
}

/* Each side knows three alarms; while it is cut off each acknowledges one of its own,
 * and both the third. Nothing is asked of which side is called: just that all agree. */
static void raise_three(struct desk *desks[], int n)
{
	static const char *const tags[] = {"C300007B5731", "C300007B5732", "C300007B5733"};
	for (int i = 0; i < 3; i++)
		desk_ask(desks[0], "press %s", tags[i]);
	for (int k = 0; k < n; k++) {
		desk_ask(desks[k], "case c-0");
		for (int i = 0; i < 3; i++) {
			char word[64];
			snprintf(word, sizeof word, "press:%s=B/ ", tags[i]);
			assert_true(becomes(desks[k], "state", word));
		}
	}
}

static void act_apart(struct desk *one, struct desk *two)
{
	desk_ask(one, "ack press:C300007B5731");
	desk_ask(two, "ack press:C300007B5732");
	desk_ask(one, "ack press:C300007B5733");
	usleep(300000);
	desk_ask(two, "ack press:C300007B5733");
	desk_ask(two, "left c-0 30");
	usleep(50000);
	desk_ask(one, "left c-0 45"); /* the later word */
	assert_non_null(strstr(desk_ask(one, "state"), "press:C300007B5731=LA/"));
	assert_non_null(strstr(desk_ask(two, "state"), "press:C300007B5732=LA/"));
}

/* While they are apart the one does not know what the other does. */
static void still_apart(struct desk *one, struct desk *two)
{
	assert_non_null(strstr(desk_ask(one, "state"), "press:C300007B5732=B/ "));
	assert_non_null(strstr(desk_ask(two, "state"), "press:C300007B5731=B/ "));
}

static const char *const agreed[] = {"press:C300007B5731=LA/or-1 ", "press:C300007B5732=LA/or-2 ",
	"press:C300007B5733=LA/or-", "c-0=45/", NULL};

static void nothing_lost_or_doubled(struct desk *desks[], int n)
{
	each_once(desks, n, "acknowledge", "press:C300007B5731", 1);
	each_once(desks, n, "acknowledge", "press:C300007B5732", 1);
	each_once(desks, n, "acknowledge", "press:C300007B5733", 2); /* of two people */
	for (int i = 0; i < n; i++)
		count_rows(desks[i], "kind='estimate'", 2);
}

static void part(struct desk *desks[], int n)
{
	for (int i = 0; i < n; i++)
		desk_end(desks[i]);
}

static void test_partition_one_mosquitto(void **state)
{
	struct broker b = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	(void)state;
	assert_true(broker_start(&b, whole));
	struct cut *cable = cut_start(b.port);
	desk_open(&one, "or-1", b.port);
	desk_open(&two, "or-2", cut_port(cable));
	meet(both, 2);
	raise_three(both, 2);
	cut_set(cable, true);
	usleep(500000);
	act_apart(&one, &two);
	assert_true(becomes(&two, "stations", "linked=0"));
	still_apart(&one, &two);
	cut_set(cable, false);
	converge("partition, one mosquitto", both, 2, agreed);
	nothing_lost_or_doubled(both, 2);
	part(both, 2);
	cut_stop(cable);
	broker_end(&b);
}

/* --- a bridged pair --- */

static void test_partition_bridged_pair(void **state)
{
	struct broker a = {0}, b = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	char bridge[512];
	(void)state;
	assert_true(broker_start(&a, whole));
	struct cut *cable = cut_start(a.port);
	snprintf(bridge, sizeof bridge,
		"%sconnection to-a\naddress 127.0.0.1:%d\ntopic vigie/+/share/# both 1\n"
		"cleansession false\nrestart_timeout 1 2\nkeepalive_interval 5\n"
		"bridge_protocol_version mqttv311\nnotifications false\n",
		whole, cut_port(cable));
	assert_true(broker_start(&b, bridge));
	desk_open(&one, "or-1", a.port);
	desk_open(&two, "or-2", b.port);
	meet(both, 2);
	raise_three(both, 2);
	cut_set(cable, true);
	usleep(500000);
	act_apart(&one, &two);
	usleep(3000000);
	still_apart(&one, &two);
	cut_set(cable, false);
	converge("partition, bridged mosquittos", both, 2, agreed);
	nothing_lost_or_doubled(both, 2);
	part(both, 2);
	cut_stop(cable);
	broker_end(&b);
	broker_end(&a);
}

/* --- three nats-servers --- */

static void test_partition_nats(void **state)
{
	struct nats_cluster c = {0};
	struct desk one = {0}, two = {0}, *both[] = {&one, &two};
	(void)state;
	if (!nats_installed()) {
		print_message("skipped: nats-server is not installed (Debian: nats-server)\n");
		skip();
	}
	assert_true(nats_start(&c));
	usleep(6000000); /* until the three have elected their leaders */
	struct cut *cable = cut_start(c.nodes[1].port);
	desk_name(&one, "or-1");
	desk_name(&two, "or-2");
	one.ports[0] = c.nodes[0].port;
	one.ports[1] = c.nodes[2].port;
	one.port_count = 2;
	two.ports[0] = cut_port(cable);
	two.port_count = 1;
	desk_start(&one);
	desk_start(&two);
	meet(both, 2);
	raise_three(both, 2);
	cut_set(cable, true);
	broker_kill(&c.nodes[0]); /* the node of the other one, too */
	usleep(500000);
	act_apart(&one, &two);
	assert_true(becomes(&two, "stations", "linked=0"));
	assert_true(becomes(&one, "stations", "linked=1 waiting=0")); /* on the third */
	still_apart(&one, &two);
	cut_set(cable, false);
	converge("partition, three nats-servers, one killed", both, 2, agreed);
	nothing_lost_or_doubled(both, 2);
	assert_true(nats_again(&c, 0));
	desk_kill(&one); /* and a station dies, and comes back to the node of before */
	desk_ask(&two, "left c-0 12");
	desk_start(&one);
	converge("station killed, three nats-servers", both, 2,
		(const char *[]){"c-0=12/", "press:C300007B5731=LA/or-1 ", NULL});
	part(both, 2);
	cut_stop(cable);
	nats_end(&c);
}

static int before(void **state)
{
	(void)state;
	return brokers_begin() ? 0 : -1;
}

static int after(void **state)
{
	(void)state;
	brokers_end();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared_and_seen),
		cmocka_unit_test(test_broker_killed_without_memory),
		cmocka_unit_test(test_refused_by_the_access_list),
		cmocka_unit_test(test_a_truncated_set_is_repaired),
		cmocka_unit_test(test_partition_one_mosquitto),
		cmocka_unit_test(test_partition_bridged_pair),
		cmocka_unit_test(test_partition_nats),
	};
	int rc = desk_main(argc, argv);
	return rc >= 0 ? rc : cmocka_run_group_tests_name("share_brokers", tests, before, after);
}
