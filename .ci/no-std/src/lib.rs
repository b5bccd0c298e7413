//! A panic handler of one's own collides with that of std, if anything brings std in.
#![no_std]

extern crate jute_codec;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
