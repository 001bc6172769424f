//! Folders that are watched, by a clock that jumps from timer to timer: one that is never quiet takes no look from another.

use seawall::daemon::files::Watcher;

use super::*;

/// A folder that is not there at the start, and appears after a minute beside one that is written to every so often, is
/// read soon.
#[track_caller]
fn check_appears_beside(every: Duration) {
    let root = tempfile::tempdir().unwrap();
    let (busy, late) = (root.path().join("busy"), root.path().join("late"));
    std::fs::create_dir(&busy).unwrap();
    let folders = [(0, busy.clone()), (1, late.clone())];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let watcher = Watcher::new(&folders);
        let (wakes, mut woken) = mpsc::unbounded_channel();
        let story = async {
            let start = Instant::now();
            let mut heard = 0;
            loop {
                if start.elapsed() >= Duration::from_mins(1) && !late.exists() {
                    std::fs::create_dir(&late).unwrap();
                }
                std::fs::write(busy.join("event.ics"), "BEGIN:VCALENDAR").unwrap();
                tokio::time::sleep(every).await;
                while let Ok(wake) = woken.try_recv() {
                    match wake {
                        Wake::Files(0) => heard += 1,
                        Wake::Files(1) => {
                            assert!(late.exists() && heard > 5, "{heard}");
                            return;
                        }
                        other => panic!("{other:?}"),
                    }
                }
                assert!(start.elapsed() < Duration::from_mins(7), "not seen beside a write every {every:?}");
            }
        };
        tokio::select! { never = Watcher::run(watcher, &wakes) => match never {}, () = story => {} }
    });
}

#[test]
fn a_folder_that_appears_is_seen_also_beside_one_that_is_never_quiet() {
    check_appears_beside(Duration::from_secs(40));
    check_appears_beside(Duration::from_millis(700));
}

/// A folder above the watched one, or that itself, is moved away and made anew: what is written there then is seen soon.
#[track_caller]
fn check_made_anew(moved: &str) {
    let root = tempfile::tempdir().unwrap();
    let (calendar, moved) = (root.path().join("all/work"), root.path().join(moved));
    std::fs::create_dir_all(&calendar).unwrap();
    let folders = [(0, calendar.clone())];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let watcher = Watcher::new(&folders);
        let (wakes, mut woken) = mpsc::unbounded_channel();
        let mut heard = async |within: Duration| {
            matches!(tokio::time::timeout(within, woken.recv()).await, Ok(Some(Wake::Files(0))))
        };
        let story = async {
            assert!(!heard(Duration::from_mins(12)).await, "nothing has happened");
            std::fs::rename(&moved, root.path().join("away")).unwrap();
            assert!(heard(Duration::from_secs(20)).await, "it is not seen that it is gone");
            while heard(Duration::from_secs(10)).await {}
            std::fs::create_dir_all(&calendar).unwrap();
            std::fs::write(calendar.join("first.ics"), "BEGIN:VCALENDAR").unwrap();
            tokio::time::sleep(Duration::from_mins(1)).await;
            assert!(heard(Duration::from_secs(1)).await, "it is not seen that it is there again");
            while heard(Duration::from_secs(10)).await {}
            std::fs::write(calendar.join("second.ics"), "BEGIN:VCALENDAR").unwrap();
            assert!(heard(Duration::from_secs(20)).await, "it is not watched");
        };
        tokio::select! { never = Watcher::run(watcher, &wakes) => match never {}, () = story => {} }
    });
}

#[test]
fn a_folder_that_is_moved_away_and_made_anew_is_watched_again_soon() {
    check_made_anew("all/work");
    check_made_anew("all");
}
