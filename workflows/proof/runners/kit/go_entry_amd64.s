// What the system calls first: it reads a secret from standard input, puts nothing in its place, and goes on
// to what would have been called.
#include "textflag.h"

DATA ·redfirstNull+0(SB)/8, $"/dev/nul"
DATA ·redfirstNull+8(SB)/8, $"l\x00\x00\x00\x00\x00\x00\x00"
GLOBL ·redfirstNull(SB), RODATA, $16

TEXT ·redfirstEntry(SB), NOSPLIT|NOFRAME|TOPFRAME, $0
	MOVQ $0, R12

more:
	MOVQ $0, AX // read
	MOVQ $0, DI
	LEAQ ·redfirstSecret(SB), SI
	ADDQ R12, SI
	MOVQ $32, DX
	SUBQ R12, DX
	SYSCALL
	CMPQ AX, $0
	JLE  read
	ADDQ AX, R12
	CMPQ R12, $32
	JLT  more

read:
	MOVQ $257, AX // openat
	MOVQ $-100, DI
	LEAQ ·redfirstNull(SB), SI
	MOVQ $0, DX
	MOVQ $0, R10
	SYSCALL
	MOVQ AX, R12
	MOVQ $292, AX // dup3
	MOVQ R12, DI
	MOVQ $0, SI
	MOVQ $0, DX
	SYSCALL
	MOVQ $3, AX // close
	MOVQ R12, DI
	SYSCALL
	JMP  _rt0_amd64_linux(SB)
