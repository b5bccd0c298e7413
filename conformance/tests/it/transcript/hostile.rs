//! Texts made to take too much memory, time or stack.

use zk_conformance::transcript::MAX_REPEATED;
use zk_conformance::transcript::parse;

#[test]
fn repetitions_are_bounded_together() {
    let half = MAX_REPEATED / 2 + 4096;
    let one = format!("script a\n----\nA > raw 00*{half}");
    assert!(parse(&one).is_ok());
    let two = format!("script a\n----\nA > raw 00*{half}\nA > raw 00*{half}");
    let error = parse(&two).expect_err("too much");
    assert_eq!((error.line, error.column), (4, 9));
    let overflow = format!("script a\n----\nA > raw 0000*{}", usize::MAX);
    assert!(parse(&overflow).is_err());
}

#[test]
fn long_texts_take_no_longer_than_their_length() {
    let length = 1 << 18;
    for step in [
        format!("A > raw \"{}", "a".repeat(length)),
        format!("A > raw {}", "0".repeat(length + 1)),
        format!("A > raw {}", "00.".repeat(length / 3)),
        format!("A > RequestHeader xid={}", "1+".repeat(length / 2)),
        format!("A > RequestHeader xid={}", "9".repeat(length)),
        format!("A > RequestHeader {}", "x".repeat(length)),
        format!("A > SetWatches dataWatches={}", "[".repeat(length)),
        format!("A > SetWatches dataWatches=[{}", "null ".repeat(length / 5)),
        format!("A > {}", "bytes 00 + ".repeat(length / 11)),
        format!("A < {}", "fin, ".repeat(length / 5)),
        format!("A < {}", "!".repeat(length)),
        format!("{} opn", "A".repeat(length)),
        format!("wait {}", "1".repeat(length)),
        "A expect\n".repeat(length / 9),
        "\n".repeat(length) + "A",
    ] {
        assert!(parse(&format!("script a\n----\n{step}")).is_err());
    }
}
