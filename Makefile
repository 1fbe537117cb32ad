# vigie: everything a person types. `make help` lists it.
B       ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Werror
# tests/system/test_hardening.sh looks for all of it in the program.
HARDEN  ?= -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection \
           -fcf-protection=full -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks -fPIE
STD     := -std=c17 -I. -ffunction-sections
LDHARD  := -Wl,-z,relro,-z,now,-z,noexecstack -pie
SAN     ?=
# V=1 shows the commands.
Q       := $(if $(V),,@)

TWIN_C    := $(wildcard twin/*.c)
FEEDS_C   := $(wildcard feeds/*.c)
SCREENS_C := $(wildcard screens/*.c)
SRC_C     := $(filter-out src/main.c,$(wildcard src/*.c))
HOSP_C    := $(wildcard src/hospital/*.c)

obj = $(patsubst %.c,$(B)/%.o,$(1))

LIBS := -lncursesw -ltinfo -lev -lpaho-mqtt3as -lcurl -lcjson -lconfig -lcsv -lsqlite3 -ljwt -lcrypto -lmicrohttpd -lpam -lseccomp -lm -lpthread

.PHONY: all programs
all: programs vigie vigie-hospital
programs: $(B)/vigie $(B)/vigie-hospital

# The model knows no I/O: POSIX names only, no contraction of floating point.
$(B)/twin/%.o: DEFS := -D_XOPEN_SOURCE=700 -ffp-contract=off
$(B)/%.o: DEFS := -D_GNU_SOURCE

# Makefile: other flags make other objects.
$(B)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(STD) $(WARN) $(DEFS) $(HARDEN) $(CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

$(B)/twin.a: $(call obj,$(TWIN_C))
$(B)/feeds.a: $(call obj,$(FEEDS_C))
$(B)/screens.a: $(call obj,$(SCREENS_C))
$(B)/src.a: $(call obj,$(SRC_C))
$(B)/hospital.a: $(call obj,$(filter-out src/hospital/main.c,$(HOSP_C)))
$(B)/%.a:
	@rm -f $@
	$(Q)ar rcs $@ $^

ARCHIVES := $(B)/src.a $(B)/screens.a $(B)/feeds.a $(B)/twin.a

$(B)/vigie: $(B)/src/main.o $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS)
$(B)/vigie-hospital: $(B)/src/hospital/main.o $(B)/hospital.a $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS)
vigie: $(B)/vigie
	ln -sf $< $@
vigie-hospital: $(B)/vigie-hospital
	ln -sf $< $@

# A unit test is one file of tests/unit; it links what it needs from the archives.
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/hospital.a $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lgnutls -lcmocka -lvterm -lutil


# Parsers replay their corpus in every test run; `make fuzz` mutates it (clang).
FUZZ := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
$(B)/fuzz-replay/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS)

ASAN := B=$(B)/asan HARDEN=-fPIE SAN="-fsanitize=address,undefined -fno-sanitize-recover=undefined" \
        CFLAGS="-O1 -g -fno-omit-frame-pointer"

.PHONY: help deps demo test unit asan tsan fuzz-replay fuzz bench crash soak lint format layers shots install clean
help:
	@echo "make            build vigie and vigie-hospital"
	@echo "make demo       install what is missing, build, open a living suite"
	@echo "make test       install what is missing, build, run the tests"
	@echo "make asan       the unit tests under ASan and UBSan"
	@echo "make bench      figures against references (ONLY=NAME runs one)"
	@echo "make crash      kill -9 a thousand times: nothing is lost (CRASH=N)"
	@echo "make soak       three days in an hour, while all around fails (SOAK_HOURS=N)"
	@echo "make lint       clang-format, clang-tidy, cppcheck, mandoc"
	@echo "make deps       Debian packages it needs;  make install PREFIX=/usr/local"
	@echo "make fuzz TARGET=fuzz_payload SECONDS=60;  make shots;  make clean"

deps:
	@sh tests/deps.sh

demo:
	@sh tests/deps.sh
	@$(MAKE) --no-print-directory all
	./vigie demo $(DEMO)

# Everything but the long ones; each suite prints its own closing lines.
test:
	@sh tests/deps.sh
	@$(MAKE) --no-print-directory -j2 all unit-build $(RIG_BINS)
	@B=$(B) sh tests/run.sh
	@$(MAKE) --no-print-directory asan
	@$(MAKE) --no-print-directory tsan

unit-build: $(UNIT)
.PHONY: unit-build
unit: unit-build
	@B=$(B) sh tests/run.sh unit

asan:
	@$(MAKE) --no-print-directory -j2 $(ASAN) programs unit-build \
	  $(patsubst %,$(B)/asan/fuzz-replay/%,$(FUZZ))
	@B=$(B)/asan SKIP="test_watch test_watch_two test_console_kill test_journal_kill test_demo test_demo_whatif test_demo_repair" sh tests/run.sh unit fuzz

TSAN := ring mqtt_out press journal inbox http_door forecaster repairer station_site
tsan:
	@$(MAKE) --no-print-directory -j2 B=$(B)/tsan HARDEN=-fPIE SAN=-fsanitize=thread \
	  CFLAGS="-O1 -g" $(TSAN:%=$(B)/tsan/tests/unit/test_%)
	@for t in $(TSAN); do $(B)/tsan/tests/unit/test_$$t || exit 1; done

# What a target needs of the rest of src/, instrumented like itself.
FUZZ_fuzz_share := src/share_wire.c src/fact_code.c
FUZZ_fuzz_helper := src/helper_work.c
fuzz:
	@mkdir -p $(B)/fuzz/$(TARGET)
	clang $(STD) -D_GNU_SOURCE -O1 -g -fsanitize=fuzzer,address,undefined -o $(B)/fuzz/$(TARGET).bin \
	  tests/fuzz/$(TARGET).c $(wildcard src/site_*.c) src/settings_notify.c src/csv.c src/locate_csv.c $(FUZZ_$(TARGET)) $(TWIN_C) $(FEEDS_C) $(LIBS)
	$(B)/fuzz/$(TARGET).bin -max_total_time=$(or $(SECONDS),60) -max_len=65536 \
	  $(patsubst %,-dict=%,$(wildcard tests/fuzz/$(TARGET).dict)) \
	  $(B)/fuzz/$(TARGET) tests/fuzz/corpus/$(TARGET:fuzz_%=%)

# Suites that are ill-treated for long; `make test` runs short ones.
RIG_BINS := $(patsubst %,$(B)/tests/rig/%,crash soak)
$(RIG_BINS): $(B)/tests/rig/%: $(B)/tests/rig/%.o $(B)/tests/rig/judge.o $(B)/tests/rig/publisher.o $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lvterm -lutil
crash: all $(RIG_BINS)
	@B=$(B) $(B)/tests/rig/crash $(or $(CRASH),1000) $(SEED)
soak: all $(RIG_BINS)
	@B=$(B) $(B)/tests/rig/soak $(or $(SOAK_HOURS),72) $(or $(SOAK_SPEED),100) $(or $(SEED),1)

BENCH_BINS := $(patsubst tests/bench/%.c,$(B)/tests/bench/%,$(wildcard tests/bench/bench_*.c))
$(B)/tests/bench/%: $(B)/tests/bench/%.o $(B)/hospital.a $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lvterm -lutil
$(patsubst %,$(B)/tests/bench/bench_%,press flood share turns): $(B)/tests/rig/publisher.o
bench: all $(BENCH_BINS)
	@B=$(B) ONLY=$(ONLY) BLE=$(BLE) DURATIONS=$(DURATIONS) sh tests/bench/run.sh

layers: all
	@B=$(B) sh tests/layers.sh

CS := $(wildcard twin/*.[ch] feeds/*.[ch] screens/*.[ch] src/*.[ch] src/hospital/*.[ch] tests/*/*.[ch])
TIDY := $(TWIN_C) $(FEEDS_C) $(SCREENS_C) $(wildcard src/*.c) $(HOSP_C)
lint: layers
	clang-format --dry-run -Werror $(CS)
	cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr --library=posix \
	  --enable=warning,portability --suppress=missingIncludeSystem --suppress=getpwuidCalled \
	  --suppress=readdirCalled -I. --include=tests/lint/cppcheck.h twin feeds screens src
	printf '%s\n' $(TIDY) | xargs -P2 -n5 \
	  sh -c 'clang-tidy --quiet "$$@" -- $(STD) -D_GNU_SOURCE 2>/dev/null' tidy
	mandoc -Tlint -W warning man/*.[157]
format:
	clang-format -i $(CS)

$(B)/tests/shots/shots: $(B)/tests/shots/shots.o $(ARCHIVES)
	$(Q)$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lvterm -lutil
shots: all $(B)/tests/shots/shots
	@B=$(B) sh tests/shots.sh

PREFIX ?= /usr/local
install: all
	install -D -m 755 $(B)/vigie $(DESTDIR)$(PREFIX)/bin/vigie
	install -D -m 755 $(B)/vigie-hospital $(DESTDIR)$(PREFIX)/bin/vigie-hospital
	install -D -m 644 etc/demo/site.cfg $(DESTDIR)$(PREFIX)/share/vigie/demo/site.cfg
	install -D -m 644 etc/demo/laws.cfg $(DESTDIR)$(PREFIX)/share/vigie/demo/laws.cfg
	for m in man/*.[1-8]; do \
	  install -D -m 644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done

clean:
	rm -rf $(B) vigie vigie-hospital

-include $(shell find $(B) -name '*.d' 2>/dev/null)
