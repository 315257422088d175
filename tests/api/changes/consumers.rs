//! The programs of `docs/changes.md`. That they keep a copy, `storm` and `.ci/clients` try.

use std::path::Path;

#[test]
fn the_page_shows_the_programs_as_they_are_tried_and_they_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let page = read("docs/changes.md");
    for (fence, path) in [("python", "clients/copy.py"), ("ts", "clients/copy.mts")] {
        let program = read(path);
        assert!(
            page.contains(&format!("```{fence}\n{program}```\n")),
            "docs/changes.md does not show {path}"
        );
        assert!(program.lines().count() < 80, "{path}");
    }
}
