# vigie: everything a person types. `make help` lists it.
B       ?= build
CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
           -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wformat=2 -Wvla -Werror
HARDEN  ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection \
           -fcf-protection=full -fPIE
STD     := -std=c17 -I. -ffunction-sections
LDHARD  := -Wl,-z,relro,-z,now,-z,noexecstack -pie
SAN     ?=

TWIN_C    := $(wildcard twin/*.c)
FEEDS_C   := $(wildcard feeds/*.c)
SCREENS_C := $(wildcard screens/*.c)
SRC_C     := $(filter-out src/main.c,$(wildcard src/*.c))
HOSP_C    := $(wildcard src/hospital/*.c)

obj = $(patsubst %.c,$(B)/%.o,$(1))

LIBS := -lncursesw -ltinfo -lev -lpaho-mqtt3as -lcurl -lcjson -lconfig -lsqlite3 -lcrypto -lm -lpthread

.PHONY: all
all: $(B)/vigie $(B)/vigie-hospital vigie vigie-hospital

# The model knows no I/O: POSIX names only, no contraction of floating point.
$(B)/twin/%.o: DEFS := -D_XOPEN_SOURCE=700 -ffp-contract=off
$(B)/%.o: DEFS := -D_GNU_SOURCE

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(STD) $(WARN) $(DEFS) $(HARDEN) $(CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

$(B)/twin.a: $(call obj,$(TWIN_C))
$(B)/feeds.a: $(call obj,$(FEEDS_C))
$(B)/screens.a: $(call obj,$(SCREENS_C))
$(B)/src.a: $(call obj,$(SRC_C))
$(B)/hospital.a: $(call obj,$(filter-out src/hospital/main.c,$(HOSP_C)))
$(B)/%.a:
	@rm -f $@
	ar rcs $@ $^

ARCHIVES := $(B)/src.a $(B)/screens.a $(B)/feeds.a $(B)/twin.a

$(B)/vigie: $(B)/src/main.o $(ARCHIVES)
	$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS)
$(B)/vigie-hospital: $(B)/src/hospital/main.o $(B)/hospital.a $(ARCHIVES)
	$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lmicrohttpd
vigie: $(B)/vigie
	ln -sf $< $@
vigie-hospital: $(B)/vigie-hospital
	ln -sf $< $@

# A unit test is one file of tests/unit; it links what it needs from the archives.
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
$(B)/tests/unit/%: $(B)/tests/unit/%.o $(B)/hospital.a $(ARCHIVES)
	$(CC) $(LDHARD) $(SAN) -o $@ $^ $(LIBS) -lmicrohttpd -lcmocka -lvterm -lutil

-include $(shell find $(B) -name '*.d' 2>/dev/null)
