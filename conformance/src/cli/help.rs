//! Examples, for the end of the help texts.

/// What may be said wherever cases are chosen.
macro_rules! selectors {
    () => {
        "\
Selectors:
  ZK0402              a case, by its id
  renew               a group
  renew/*password*    names, with * for any run of characters
  tag:timing          a tag
  level:must          a level: must, should, may or quirk
  clause:RENEW-8      what judges a clause, or with * several
  @FILE               the selectors in a file, one a line; # begins a comment
  !SELECTOR           all but these

"
    };
}

/// Of `zkspec server`.
pub(super) const SERVER: &str = concat!(
    selectors!(),
    "\
Examples:
  zkspec server                                       the built-in server, to see how it looks
  zkspec server 127.0.0.1:2181                        a server that runs
  zkspec server 127.0.0.1:2181 renew '!tag:timing'    some of the cases
  zkspec server --ready-when tcp -- ./my-server --port {port}
                                                      start it, judge it, stop it
  zkspec server zk.example:2281 --tls --tls-ca ca.pem
  zkspec server 127.0.0.1:2181 --expect known.toml    what is known to fail has to fail
  zkspec server 127.0.0.1:2181 --update-expectations known.toml
                                                      write down what fails now
  zkspec server 127.0.0.1:2181 --rerun-failed         only what failed the last time
  zkspec server 127.0.0.1:2181 renew --stress 100     how often goes what which way?
  zkspec server 127.0.0.1:2181 --shard 1/4            a quarter of the cases, for four machines"
);

/// Of `zkspec probe`.
pub(super) const PROBE: &str = "\
Examples:
  zkspec probe 127.0.0.1:2181
  zkspec probe 127.0.0.1:2181 --format json | jq -r .profile
  zkspec probe zk.example:2281 --tls --tls-ca ca.pem";

/// Of `zkspec replay`.
pub(super) const REPLAY: &str = "\
Examples:
  zkspec replay zk-out/ZK0409.zkt --target 127.0.0.1:2181 --times 100
                                        how often does it fail?
  zkspec replay zk-out/fuzz-01.zkt --times 100 -- ./my-server --port {port}
                                        start it, and start it again if it crashes
  zkspec replay session.pcap            is what was captured as it should be?
  zkspec replay zk-out/*.zkt            against the built-in server";

/// Of `zkspec fuzz`.
pub(super) const FUZZ: &str = "\
Examples:
  zkspec fuzz --flaw no-password-check --time 10    the built-in server, with something to find
  zkspec fuzz 127.0.0.1:2181 --time 300             a server that runs
  zkspec fuzz zk.example:2281 --tls --tls-ca ca.pem one behind TLS
  zkspec fuzz --ready-when tcp -- ./my-server --port {port}
                                                    start it, and start it again if it crashes
  zkspec fuzz 127.0.0.1:2181 --corpus corpus --shard 1/4
                                                    a quarter of the work, for four machines
  zkspec replay zk-out/fuzz-01.zkt --target 127.0.0.1:2181 --times 100
                                                    how often does it come up?

Exit codes: 0 nothing found, 1 something found, 3 the server is gone, or time was up before all that
was strange had been looked into.";

/// Of `zkspec report`.
pub(super) const REPORT: &str = "\
Examples:
  zkspec server 127.0.0.1:2181 --product-transport netty --jsonl netty.jsonl
                                        a run, kept; then another, and so on
  zkspec report merge nio.jsonl netty.jsonl -o all.jsonl
  zkspec report html all.jsonl -o matrix.html
  zkspec report check all.jsonl --golden golden.jsonl --update
                                        write down how it is
  zkspec report check all.jsonl --golden golden.jsonl
                                        is it still so?
  zkspec report check all.jsonl --required @list.txt
                                        have these cases passed on every server?
  zkspec report junit shard-*.jsonl -o junit.xml";

/// Of `zkspec serve`.
pub(super) const SERVE: &str = "\
Examples:
  zkspec serve                          on 127.0.0.1:2181
  zkspec serve 127.0.0.1:0 --verbose    on a free port, which is printed
  zkspec serve --tick-time 100          sessions that expire fast, for tests
  zkspec serve --flaw help              what it can do wrong on purpose";

/// Of `zkspec list`.
pub(super) const LIST: &str = concat!(
    selectors!(),
    "\
Examples:
  zkspec list renew
  zkspec list 'level:must' '!tag:timing'
  zkspec list --clauses CONNECT
  zkspec list --format json | jq -r .id"
);

/// Of `zkspec explain`.
pub(super) const EXPLAIN: &str = "\
Examples:
  zkspec explain ZK0409
  zkspec explain renew/wrong-password-is-refused
  zkspec explain RENEW-8";

/// Of `zkspec decode`.
pub(super) const DECODE: &str = "\
Examples:
  zkspec decode session.pcap
  echo '00000008 fffffffe 0000000b' | zkspec decode -
  zkspec decode session.pcap --json | jq -r .time";

/// Of `zkspec man`.
pub(super) const MAN: &str = "\
Examples:
  zkspec man | man -l -
  zkspec man server | man -l -
  zkspec man --dir /usr/local/share/man/man1";

/// Of `zkspec diff`.
pub(super) const DIFF: &str = "\
Servers:
  HOST:PORT    whatever listens there
  model        the built-in server, on virtual time. It is set up like the other server, as far as
               that can be found out: session timeouts, data or none, read-only, the word ruok; and
               beyond that by the flags below. Whatever comes of what is done at once, in whichever
               order, is fine. --netty is for servers on Netty.

Examples:
  zkspec diff 127.0.0.1:2181 127.0.0.1:2182     what does one do that the other does not?
  zkspec diff 127.0.0.1:2181 model              is it like Apache's?
  zkspec diff 127.0.0.1:2181 model --netty      is it like Apache's on Netty?
  zkspec diff model model --flaw ping-xid-echoed
                                                the model, and the same with a flaw
  zkspec diff 127.0.0.1:2181 127.0.0.1:2182 --tolerate 'a.empty: *'
  zkspec replay zk-out/diff-01.zkt --target 127.0.0.1:2182 --times 100
                                                how often does it come out so?";

/// Of `zkspec min`.
pub(super) const MIN: &str = "\
Examples:
  zkspec min zk-out/ZK0409.zkt --target 127.0.0.1:2181
                                        what of it does the server need to fail?
  zkspec min session.zkt --out small.zkt -- ./my-server --port {port}
                                        start the server, shrink, stop it
  zkspec min session.zkt --flaw ping-xid-echoed
                                        against the built-in server, with a flaw
  zkspec min session.zkt --target 127.0.0.1:2181 --format json | jq -r .shrunk.transcript

What zkspec fuzz and zkspec diff find is small already, and says what came, not what should have come:
  zkspec replay zk-out/fuzz-01.zkt --target 127.0.0.1:2181 --times 100
                                        how often does it come up?";
