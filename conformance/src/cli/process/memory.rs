//! How much memory the server under test takes.

/// What a process and all that it started take of the machine's memory, in bytes; `None` where
/// nobody can tell.
#[cfg(target_os = "linux")]
pub(super) fn of_group(group: u32) -> Option<u64> {
    let mut pages = None;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let folder = entry.path();
        if group_of(&folder) == Some(group)
            && let Some(resident) = resident(&folder)
        {
            pages = Some(pages.unwrap_or(0) + resident);
        }
    }
    let page = u64::try_from(rustix::param::page_size()).ok()?;
    pages.map(|pages: u64| pages.saturating_mul(page))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn of_group(_: u32) -> Option<u64> {
    None
}

/// The group of a process, by its folder in /proc.
#[cfg(target_os = "linux")]
fn group_of(folder: &std::path::Path) -> Option<u32> {
    let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
    // The name, in brackets, may have anything in it.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    // State, parent, group.
    fields.nth(2)?.parse().ok()
}

/// How many pages of a process are in memory.
#[cfg(target_os = "linux")]
fn resident(folder: &std::path::Path) -> Option<u64> {
    let statm = std::fs::read_to_string(folder.join("statm")).ok()?;
    statm.split_whitespace().nth(1)?.parse().ok()
}
