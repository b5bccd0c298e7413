//! Transcripts: one readable text for everything two peers can do to each other.
//!
//! The same language says what a client and a server did (a recording), what a server has to do
//! (a case of the catalogue), and how to do it again (the trace of a failure). It is line
//! oriented; every packet is written by its meaning, and anything can be written as bytes.
//!
//! ```text
//! script renew/wrong-password-is-refused
//! id     ZK0402
//! level  must
//! ----
//! A open
//! A > ConnectRequest timeOut=$max
//! A < ConnectResponse sessionId=@S passwd=@P
//! A close
//! B open
//! B > ConnectRequest timeOut=$max sessionId=@S passwd=00*16
//! B expect
//!   strict refused: ConnectResponse timeOut=0 sessionId=0x0 passwd=00*16 readOnly=false, fin
//!   forbidden resumed: ConnectResponse timeOut=1.. sessionId=@S
//! ```
//!
//! # Grammar
//!
//! Blank lines are skipped; a line whose first character after blanks is `#` is a comment and is
//! kept, except that none may stand between outcomes. `name` is ASCII letters, digits, `-`, `_`,
//! `/` and `.`, starting with a letter or `_`; `ident` is a name without `-`, `/` and `.`.
//! `script`, `wait`, `mark` and the grades are no connections.
//!
//! ```text
//! transcript  = { "#" text NL } { script } ;
//! script      = "script" name NL { header NL } "----" NL { step NL } ;
//! header      = ( name | "#" ) text-to-end-of-line ;
//!
//! step        = "#" text
//!             | conn "open" [ "refused" ]         a TCP connection, or the attempt at one
//!             | conn ">" packet { "&" packet } [ "|" "pieces" digits ]
//!                                                 one write of all packets, or pieces of so many bytes
//!             | conn "<" seen { "," seen }        what the client sees next on this connection
//!             | conn "expect" NL { grade name ":" seen { "," seen } NL }
//!                                                 one of these, the first that fits; one or more
//!             | conn "shut"                       half-close: FIN, and go on reading
//!             | conn "close"                      FIN and no more reading
//!             | conn "reset"                      RST
//!             | conn "pause"                      read no more, for the time being
//!             | conn "resume"                     read on
//!             | "wait" span                       time passes
//!             | "mark" name ;                     remember the time
//! grade       = "strict" | "tolerated" | "forbidden" ;
//! seen        = ( [ digits "times" ] packet | "fin" | "rst" | "closed" | "quiet" span ) [ within ] ;
//!                                                 closed: FIN or RST; quiet: nothing for so long;
//!                                                 times: so many in a row that all agree with it
//! within      = "within" [ int ] ".." [ int ] "of" name ;       milliseconds since a mark
//!
//! packet      = "raw" ( bytes | "*" )             bytes as they are, without a frame; *: up to the
//!                                                 close, whatever they are (only when seen)
//!             | "text" bytes                      bytes up to the close, in which * stands for any
//!                                                 run of bytes (only when seen)
//!             | part { "+" part } ;               one frame: its parts in line
//! part        = record { field "=" term }         a record by its jute class and fields
//!             | "bytes" bytes                     bytes inside the frame
//!             | "*" ;                             the rest, whatever it is (only when seen, last)
//! term        = test { "&" test } ;               without blanks; more than one only when seen
//! test        = value | "*" | "!" value | "#" digits | [ int ] ".." [ int ] ;
//!                                                 all but value only when seen; #: so many bytes
//!                                                 or items
//! value       = "null" | "absent" | "true" | "false" | int | bytes
//!             | "[" { value } "]" | "{" { field "=" value } "}" ;
//! int         = atom { ( "+" | "-" ) atom } ;     without blanks
//! atom        = [ "-" ] digits | "0x" hexdigits | code | "$" ident [ "/" digits ] | "@" ident ;
//! bytes       = piece { "." piece } ;             without blanks
//! piece       = ( hexdigits | text | "b" text ) [ "*" digits ]
//!             | "@" ident [ "[" [ digits ] ".." [ digits ] "]" ]
//!             | ( "int" | "long" | "password" ) "(" int ")" ;
//!                                                 a number's 4 or 8 bytes; the password that the
//!                                                 reference makes for a session id
//! text        = '"' characters with \" \\ \n \r \t \xHH '"' ;
//! span        = duration | int ;                  an int is milliseconds
//! duration    = digits [ "." digits ] ( "ms" | "s" ) ;
//! ```
//!
//! Which of them a value is follows from the field's type in the schema. A *code* is ZooKeeper's
//! name for a number, such as `ping` for a `type` or `NONODE` for an `err`.
//!
//! - Digits have to fit the field. Hex digits are its bits: `0xffffffff` is −1 as an int, and
//!   4294967295 as a long. A `-` belongs to the number only at the start of a sum.
//! - `$name` is a parameter of the run: `$min`, `$max` (bounds of the session timeout) and `$tick`,
//!   in milliseconds.
//! - `@name` is a symbol. Where it is seen first it takes the value seen; from then on it is that
//!   value. In a recording symbols stand for session ids and passwords, which no two servers give
//!   alike.
//! - A field not mentioned is 0, null or `false` when sent, and anything when seen. The exceptions
//!   make the common packet short: a `passwd` is sent as 16 zero bytes.
//! - Tests are held against a value in the order in which they stand: `@P&#16&!00*16` is whatever it
//!   is, has 16 bytes, and not all of them 0.
//! - `absent` is for a trailing field, such as `readOnly`.
//! - `"text"` is its UTF-8, `b"text"` the same. `*` repeats: `00*16`, `"ab"*3`; all repetitions of
//!   a text may come to [`MAX_REPEATED`] bytes and 16 more for each byte of the text.
//! - Fields may be written in any order, each once. In `{ }` every field has to be there.
//! - Connections and marks are capitalised and lower-case names by custom only.
//!
//! # Headers
//!
//! Two headers say how a script is to be played, whatever else is said about it:
//!
//! - `server mode=readOnly maxClientCnxns=3` says what kind of server it is for, in the words of
//!   `zoo.cfg`: an embedded server is set up so, and to another kind it is not played. `mode` is
//!   `readWrite` if it is not mentioned, or `readOnly`, `readOnlyNoNew` (a read-only member without
//!   local sessions) or `notServing` (a member without a quorum). `maxClientCnxns` and `maxCnxns`
//!   are the most connections from one address and in all, `largeRequestMaxBytes` is the longest
//!   frame of a server that bounds them beyond `jute.maxbuffer`, `sessionlessCnxnTimeout` the time a
//!   connection without a session has, `data=yes` a server with znodes. Numbers are parameters of
//!   the run, too: `$maxClientCnxns`.
//! - `race 20` has it played so many times, since it is decided by a race in the server. How often
//!   it came out in which way is what is told. All that is sent without anything seen in between
//!   goes out at one moment, on however many connections.
//!
//! # Canonical form
//!
//! `Display` writes one form of each tree, and [`parse`] reads the same tree back from it:
//!
//! - one blank between tokens, none at the end of a line; a blank line between scripts; outcomes
//!   indented by two; header texts in one column; an `expect` of one strict outcome without a name
//!   as `<`;
//! - fields in wire order, all that the tree mentions;
//! - a code by its name if the number stands alone, sessions and zxids in hex if they stand alone,
//!   all other numbers in decimal, sums as they are;
//! - bytes in lower-case hex, a run of one byte longer than four as `00*16`. A literal that is all
//!   text is written as text; in a ustring so is any stretch of text, and in `raw` and `bytes` one
//!   of four bytes or more. Text is printable ASCII, `\n`, `\r`, `\t`, and letters and digits of all
//!   scripts; a character that repeats more than 16 times is `"a"*17`. No bytes are `""`;
//! - a duration of a second or more in seconds, below in milliseconds, without needless zeros.

mod ast;
mod code;
mod describe;
mod dialogue;
mod found;
mod json;
mod parse;
mod print;
mod syntax;
mod wire;

pub use self::ast::*;
pub use self::describe::Meaning;
pub use self::describe::describe;
pub use self::dialogue::Dialogue;
pub use self::dialogue::Told;
pub use self::parse::MAX_REPEATED;
pub use self::parse::MAX_TIMES;
pub use self::parse::parse;
pub use self::syntax::SyntaxError;
pub use self::wire::Bindings;
pub use self::wire::Bound;
pub use self::wire::EvalError;
pub use self::wire::Match;
