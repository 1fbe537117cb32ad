#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the compiler and the linker were asked for is in the programs: read back
# from the ELF files, not from the Makefile. The list is Debian's hardening(7)
# and the compiler's own manual; -ftrivial-auto-var-init and
# -fno-delete-null-pointer-checks leave no mark that could be read here, so the
# compiler's record of its options (DW_AT_producer) is asked.
set -u
B=${B:-build}
bad=0
fail() {
	echo "hardening: $1" >&2
	bad=1
}
for program in "$B/vigie" "$B/vigie-hospital"; do
	head=$(readelf -hW "$program") || exit 1
	segments=$(readelf -lW "$program")
	dynamic=$(readelf -dW "$program")
	symbols=$(readelf -sW --dyn-syms "$program")
	case $head in *"Type:"*DYN*) ;; *) fail "$program is not position independent" ;; esac
	case $dynamic in *PIE*) ;; *) fail "$program is not marked PIE" ;; esac
	case $dynamic in *NOW*) ;; *) fail "$program binds lazily" ;; esac
	case $dynamic in *TEXTREL*) fail "$program writes into its own code when loaded" ;; esac
	case $segments in *GNU_RELRO*) ;; *) fail "$program has no RELRO" ;; esac
	echo "$segments" | awk '$1 == "GNU_STACK" { found = 1; if ($7 ~ /E/ || $8 ~ /E/) exit 1 }
		END { if (!found) exit 1 }' || fail "$program has an executable stack"
	echo "$segments" | awk '$1 == "LOAD" && /RWE/ { exit 1 }' ||
		fail "$program has a segment that is written and run"
	case $symbols in *__stack_chk_fail*) ;; *) fail "$program has no stack protector" ;; esac
	n=$(echo "$symbols" | grep -cE '__[a-z]+_chk(@| |$)')
	[ "$n" -ge 5 ] || fail "$program: only $n checked library functions (_FORTIFY_SOURCE)"
	producer=$(readelf --debug-dump=info "$program" 2>/dev/null |
		awk '/DW_AT_producer/ && /GNU C17/ { sub(/.*GNU C17/, ""); print }' | sort -u)
	for flag in -ftrivial-auto-var-init=zero -fno-delete-null-pointer-checks \
		-fstack-clash-protection -fstack-protector-strong; do
		[ -n "$producer" ] || { fail "$program says nothing of its compiler"; break; }
		echo "$producer" | grep -qvF -e "$flag" &&
			fail "$program: a file was compiled without $flag"
	done
done
# Indirect branch tracking and shadow stacks: our objects carry the marks. Whether
# the program does is for the C library's own start files to allow; Debian 12's do not.
case $(uname -m) in
x86_64) for object in "$B"/twin/*.o "$B"/feeds/*.o "$B"/screens/*.o "$B"/src/*.o "$B"/src/hospital/*.o; do
	case $(readelf -nW "$object") in
	*IBT*SHSTK*) ;;
	*) fail "$object lacks the IBT and SHSTK marks" ;;
	esac
done ;;
esac
[ "$bad" = 0 ] && echo "hardening: good"
exit "$bad"
