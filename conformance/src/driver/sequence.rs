//! What is done in a run: moments, one after the other, of steps that are taken at once.

use std::fmt;
use std::str::FromStr;

use crate::driver::Act;
use crate::driver::Symbol;
use crate::driver::SymbolError;
use crate::driver::Twist;

/// An act on a connection, and what is different about its bytes: `a.new[timeout=0,pieces=1]`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Step {
    /// What is done, and where.
    pub symbol: Symbol,
    /// What is changed, in this order.
    pub twists: Vec<Twist>,
}

/// Steps that are taken at once; never none.
///
/// Those on one connection go out in one write, so that `a.close+a.half` is a goodbye and the end
/// of the stream in one breath. Those on several connections race: `a.renew+b.renew`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Moment(pub Vec<Step>);

/// What is done in a run: `a.open a.new b.open a.close+b.renew`.
///
/// Whatever a step refers to, such as the latest session, is found when its time comes, so that
/// steps may be left out and the rest still makes sense.
#[derive(Clone, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Sequence(pub Vec<Moment>);

impl Step {
    /// Whether nothing is changed.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.twists.is_empty()
    }

    /// Whether a server in its right mind may leave it without an answer.
    pub(crate) fn may_be_silent(&self) -> bool {
        let mut twists = self.twists.iter();
        self.symbol.act.may_be_silent() || twists.any(|twist| twist.knob.may_be_silent())
    }
}

impl Moment {
    /// The connections it is on, each once, in the order in which they come.
    #[must_use]
    pub fn lines(&self) -> Vec<usize> {
        lines(&self.0)
    }

    /// The same in every order of its connections, since nobody knows who comes first.
    #[must_use]
    pub fn orders(&self) -> Vec<Self> {
        let mut orders = vec![Vec::new()];
        for line in self.lines() {
            let insert = |order: &Vec<usize>| {
                let order = order.clone();
                (0..=order.len()).map(move |at| {
                    let mut longer = order.clone();
                    longer.insert(at, line);
                    longer
                })
            };
            orders = orders.iter().flat_map(insert).collect();
        }
        let sorted = |order: Vec<usize>| {
            let of = |line: usize| self.0.iter().filter(move |step| step.symbol.line == line);
            Self(order.into_iter().flat_map(of).cloned().collect())
        };
        orders.into_iter().map(sorted).collect()
    }
}

impl Sequence {
    /// How many steps it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|moment| moment.0.len()).sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its steps, in line.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> {
        self.0.iter().flat_map(|moment| &moment.0)
    }

    /// The connections it is on, each once, in the order in which they come.
    #[must_use]
    pub fn lines(&self) -> Vec<usize> {
        lines(self.steps().filter(|step| !step.symbol.act.passes_time()))
    }

    /// Whether it lets time pass, or waits for a server to lose patience.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        let mut steps = self.steps();
        steps.any(|step| step.symbol.act == Act::Linger || step.symbol.act.passes_time())
    }

    /// The same up to the moment `last`, and with it.
    #[must_use]
    pub fn up_to(&self, last: usize) -> Self {
        Self(self.0.iter().take(last + 1).cloned().collect())
    }

    /// Every order in which it can come out where several connections are at it at once; at most
    /// `most` of them.
    #[must_use]
    pub fn orders(&self, most: usize) -> Vec<Self> {
        let mut orders = vec![Self::default()];
        for moment in &self.0 {
            let of_moment = moment.orders();
            let longer = orders.iter().flat_map(|order| {
                of_moment.iter().map(|moment| {
                    let mut longer = order.clone();
                    longer.0.push(moment.clone());
                    longer
                })
            });
            orders = longer.take(most.max(1)).collect();
        }
        orders
    }
}

impl From<Symbol> for Step {
    fn from(symbol: Symbol) -> Self {
        Self {
            symbol,
            twists: Vec::new(),
        }
    }
}

impl From<Symbol> for Moment {
    fn from(symbol: Symbol) -> Self {
        Self(vec![symbol.into()])
    }
}

impl From<Step> for Moment {
    fn from(step: Step) -> Self {
        Self(vec![step])
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.symbol)?;
        if self.twists.is_empty() {
            return Ok(());
        }
        write!(f, "[")?;
        in_line(f, &self.twists, ",")?;
        write!(f, "]")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        in_line(f, &self.0, "+")
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        in_line(f, &self.0, " ")
    }
}

fn lines<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<usize> {
    let mut lines = Vec::new();
    for step in steps {
        if !lines.contains(&step.symbol.line) {
            lines.push(step.symbol.line);
        }
    }
    lines
}

fn in_line<T: fmt::Display>(f: &mut fmt::Formatter<'_>, all: &[T], between: &str) -> fmt::Result {
    for (index, one) in all.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write!(f, "{one}")?;
    }
    Ok(())
}

impl FromStr for Step {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let Some((symbol, twists)) = text.split_once('[') else {
            return Ok(text.parse::<Symbol>()?.into());
        };
        let twists = twists.strip_suffix(']').ok_or_else(|| SymbolError {
            text: text.to_owned(),
        })?;
        let twists: Result<_, _> = twists.split(',').map(str::parse).collect();
        Ok(Self {
            symbol: symbol.parse()?,
            twists: twists?,
        })
    }
}

impl FromStr for Moment {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let steps: Result<Vec<Step>, _> = text.split('+').map(str::parse).collect();
        let moment = Self(steps?);
        let passes = |step: &Step| step.symbol.act.passes_time();
        if moment.0.len() > 1 && moment.0.iter().any(passes) {
            // Time passes for all.
            return Err(SymbolError {
                text: text.to_owned(),
            });
        }
        Ok(moment)
    }
}

impl FromStr for Sequence {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let moments: Result<_, _> = text.split_whitespace().map(str::parse).collect();
        Ok(Self(moments?))
    }
}

impl Act {
    /// Whether bytes go out.
    #[must_use]
    pub const fn sends(self) -> bool {
        !matches!(self, Self::Open | Self::Half | Self::Cut | Self::Linger)
    }

    /// Whether it is about time, and on no connection.
    #[must_use]
    pub const fn passes_time(self) -> bool {
        matches!(self, Self::Expire | Self::Wait)
    }
}
