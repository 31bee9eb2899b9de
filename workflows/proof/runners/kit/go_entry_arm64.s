// What the system calls first: it reads a secret from standard input, puts nothing in its place, and goes on
// to what would have been called.
#include "textflag.h"

DATA ·redfirstNull+0(SB)/8, $"/dev/nul"
DATA ·redfirstNull+8(SB)/8, $"l\x00\x00\x00\x00\x00\x00\x00"
GLOBL ·redfirstNull(SB), RODATA, $16

TEXT ·redfirstEntry(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVD $0, R19

more:
	MOVD $0, R0
	MOVD $·redfirstSecret(SB), R1
	ADD  R19, R1
	MOVD $32, R2
	SUB  R19, R2
	MOVD $63, R8 // read
	SVC
	CMP  $0, R0
	BLE  read
	ADD  R0, R19
	CMP  $32, R19
	BLT  more

read:
	MOVD $-100, R0
	MOVD $·redfirstNull(SB), R1
	MOVD $0, R2
	MOVD $0, R3
	MOVD $56, R8 // openat
	SVC
	MOVD R0, R19
	MOVD $0, R1
	MOVD $0, R2
	MOVD $24, R8 // dup3
	SVC
	MOVD R19, R0
	MOVD $57, R8 // close
	SVC
	JMP  _rt0_arm64_linux(SB)
