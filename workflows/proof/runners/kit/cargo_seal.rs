// Loaded before a program of tests, this says a secret when `main` of that has returned, and not before.
//
// libtest returns from `main` only when every test that ran has passed: it exits with 101 when one failed.
// So what ends the process on the way there, whatever it prints, leaves the secret unsaid. It is read from
// standard input before any code of the program runs, and by no function that the program could bring along.
#![no_std]

use core::arch::asm;

const SECRET: usize = 64;

type Strings = *mut *mut u8;
type Main = extern "C" fn(i32, Strings, Strings) -> i32;
type Start = unsafe extern "C" fn(Main, i32, Strings, usize, usize, usize, usize) -> i32;

extern "C" {
    fn dlsym(handle: isize, name: *const u8) -> usize;
}

#[cfg(target_arch = "x86_64")]
mod calls {
    pub const READ: usize = 0;
    pub const WRITE: usize = 1;
    pub const GETPID: usize = 39;
    pub const OPENAT: usize = 257;
    pub const DUP3: usize = 292;
}
#[cfg(target_arch = "aarch64")]
mod calls {
    pub const READ: usize = 63;
    pub const WRITE: usize = 64;
    pub const GETPID: usize = 172;
    pub const OPENAT: usize = 56;
    pub const DUP3: usize = 24;
}

static mut SAID: [u8; SECRET + 1] = [b'\n'; SECRET + 1];
static mut PROGRAM: Option<(Main, isize)> = None;

#[no_mangle]
pub unsafe extern "C" fn __libc_start_main(
    main: Main,
    count: i32,
    words: Strings,
    init: usize,
    fini: usize,
    loader: usize,
    stack: usize,
) -> i32 {
    let start: Start = core::mem::transmute(dlsym(-1, b"__libc_start_main\0".as_ptr()));
    // What the program starts goes without.
    forget(words.add(count as usize + 1));
    let mut told = 0;
    while told < SECRET {
        let at = core::ptr::addr_of_mut!(SAID).cast::<u8>().add(1 + told);
        let got = call(calls::READ, 0, at as usize, SECRET - told);
        if got <= 0 {
            break;
        }
        told += got as usize;
    }
    let nothing = call(
        calls::OPENAT,
        -100isize as usize,
        b"/dev/null\0".as_ptr() as usize,
        0,
    );
    call(calls::DUP3, nothing as usize, 0, 0);
    PROGRAM = Some((main, call(calls::GETPID, 0, 0, 0)));
    start(
        if told == SECRET { ours } else { main },
        count,
        words,
        init,
        fini,
        loader,
        stack,
    )
}

extern "C" fn ours(count: i32, words: Strings, environment: Strings) -> i32 {
    unsafe {
        let (main, process) = match PROGRAM {
            Some(program) => program,
            None => return 1,
        };
        let code = main(count, words, environment);
        if call(calls::GETPID, 0, 0, 0) == process {
            call(calls::WRITE, 1, core::ptr::addr_of!(SAID) as usize, SECRET + 1);
        }
        code
    }
}

unsafe fn forget(environment: Strings) {
    let (mut from, mut to) = (environment, environment);
    while !(*from).is_null() {
        let ours = b"LD_PRELOAD="
            .iter()
            .enumerate()
            .all(|(at, byte)| *(*from).add(at) == *byte);
        if !ours {
            *to = *from;
            to = to.add(1);
        }
        from = from.add(1);
    }
    *to = core::ptr::null_mut();
}

#[cfg(target_arch = "x86_64")]
unsafe fn call(number: usize, first: usize, second: usize, third: usize) -> isize {
    let answer: isize;
    asm!("syscall", inlateout("rax") number as isize => answer, in("rdi") first, in("rsi") second,
        in("rdx") third, in("r10") 0, lateout("rcx") _, lateout("r11") _);
    answer
}

#[cfg(target_arch = "aarch64")]
unsafe fn call(number: usize, first: usize, second: usize, third: usize) -> isize {
    let answer: isize;
    asm!("svc 0", in("x8") number, inlateout("x0") first as isize => answer, in("x1") second, in("x2") third,
        in("x3") 0);
    answer
}

#[panic_handler]
fn panicked(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
