//! Transcripts: one readable text for everything two peers can do to each other.
//!
//! The same language says what a client and a server did (a recording), what a server has to do
//! (a case of the catalogue), and how to do it again (the trace of a failure). It is line
//! oriented; every packet is written by its meaning, and anything can be written as bytes.
//!
//! ```text
//! script renew/wrong-password-is-refused
//! id ZK0402
//! level must
//! ----
//! A open
//! A > ConnectRequest timeOut=$max
//! A < ConnectResponse sessionId=@S passwd=@P
//! A close
//! B open
//! B > ConnectRequest timeOut=$max sessionId=@S passwd=00*16
//! B expect
//!   strict refused: ConnectResponse timeOut=0 sessionId=0 passwd=00*16 readOnly=false, fin
//!   forbidden resumed: ConnectResponse timeOut=1.. sessionId=@S
//! ```
//!
//! # Grammar
//!
//! Blank lines are skipped; a line whose first character after blanks is `#` is a comment and is
//! kept. `name` is letters, digits, `-`, `_`, `/` and `.`, not starting with a digit.
//!
//! ```text
//! transcript  = { script } ;
//! script      = "script" name NL { header NL } "----" NL { step NL } ;
//! header      = key text-to-end-of-line ;
//!
//! step        = "#" text
//!             | conn "open" [ "refused" ]         a TCP connection, or the attempt at one
//!             | conn ">" packet { "&" packet } [ "|" "pieces" int ]
//!                                                 one write of all packets, or pieces of so many bytes
//!             | conn "<" seen { "," seen }        what the client sees next on this connection
//!             | conn "expect" NL { grade name ":" seen { "," seen } NL }
//!                                                 one of several outcomes, the first that fits
//!             | conn "shut"                       half-close: FIN, and go on reading
//!             | conn "close"                      FIN and no more reading
//!             | conn "reset"                      RST
//!             | "wait" span                       time passes
//!             | "mark" name ;                     remember the time
//! grade       = "strict" | "tolerated" | "forbidden" ;
//! seen        = ( packet | "fin" | "rst" | "closed" | "quiet" span ) [ within ] ;
//!                                                 closed: FIN or RST; quiet: nothing for so long
//! within      = "within" [ int ] ".." [ int ] "of" name ;       milliseconds since a mark
//!
//! packet      = "raw" bytes                       bytes as they are, without a frame
//!             | part { "+" part } ;               one frame: its parts in line
//! part        = record { field "=" term }         a record by its jute class and fields
//!             | "bytes" bytes                     bytes inside the frame
//!             | "*" ;                             the rest, whatever it is (only when seen)
//! term        = "*" | "!" value | [ int ] ".." [ int ] | value ;
//! value       = "null" | "absent" | "true" | "false" | int | bytes
//!             | "[" { value } "]" | "{" { field "=" value } "}" ;
//! int         = atom { ( "+" | "-" ) atom } ;     without blanks
//! atom        = [ "-" ] digits | "0x" hexdigits | code | "$" name | "@" name ;
//! bytes       = piece { "." piece } ;             without blanks
//! piece       = ( hexdigits | text | "b" text ) [ "*" digits ]
//!             | "@" name [ "[" [ digits ] ".." [ digits ] "]" ] ;
//! text        = '"' characters with \" \\ \n \r \t \xHH '"' ;
//! span        = duration | int ;                  an int is milliseconds
//! duration    = digits [ "." digits ] ( "ms" | "s" ) ;
//! ```
//!
//! Which of them a value is follows from the field's type in the schema. A *code* is ZooKeeper's
//! name for a number, such as `ping` for a `type` or `NONODE` for an `err`.
//!
//! - `$name` is a parameter of the run: `$min`, `$max` (bounds of the session timeout) and `$tick`
//!   in milliseconds, `$maxbuffer` in bytes.
//! - `@name` is a symbol. Where it is seen first it takes the value seen; from then on it is that
//!   value. In a recording symbols stand for session ids and passwords, which no two servers give
//!   alike.
//! - A field not mentioned is 0, null or `false` when sent, and anything when seen. The exceptions
//!   make the common packet short: a `passwd` is sent as 16 zero bytes.
//! - Connections and marks are capitalised and lower-case names by custom only.

mod ast;
mod wire;

pub use self::ast::*;
pub use self::wire::Bindings;
pub use self::wire::Bound;
pub use self::wire::EvalError;
pub use self::wire::Match;
