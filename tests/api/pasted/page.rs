//! A page of documentation as the test reads it: the blocks to paste, each with what it is shown to print.

use std::path::Path;

/// A block in a fence.
#[derive(Debug, Clone)]
pub struct Block {
    /// Page and line, such as `README.md:42`.
    pub place: String,
    pub language: String,
    pub text: String,
    /// Why it is left out, where the page says so: `<!-- untested: why -->` on the line before it.
    pub untested: Option<String>,
    /// Nothing but blank lines stand between it and the block before it.
    follows: bool,
}

/// A block to paste.
#[derive(Debug)]
pub struct Step {
    pub commands: Block,
    /// The block directly behind it. Without one, nothing may be printed.
    pub shown: Option<Block>,
}

/// All blocks of a page.
pub fn blocks(page: &str) -> Vec<Block> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    read(page, &std::fs::read_to_string(path).unwrap())
}

fn read(page: &str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        let fence = line.trim_start().strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(language)) => {
                open = Some(Block {
                    place: format!("{page}:{}", number + 1),
                    language: language.trim().to_owned(),
                    text: String::new(),
                    untested: marker(before),
                    follows: before.starts_with("```"),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
        if !line.trim().is_empty() {
            before = line.trim();
        }
    }
    assert!(open.is_none(), "{page}: a block has no end");
    blocks
}

fn marker(line: &str) -> Option<String> {
    let why = line.strip_prefix("<!-- untested:")?.strip_suffix("-->")?.trim();
    assert!(!why.is_empty(), "an untested block says why");
    Some(why.to_owned())
}

/// The blocks to paste: those in `sh`. What is shown in `json` or `text` was printed by the block before it.
pub fn steps(page: &str) -> Vec<Step> {
    pair(blocks(page)).unwrap_or_else(|problem| panic!("{problem}"))
}

fn pair(blocks: Vec<Block>) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut last_was_pasted = false;
    for block in blocks {
        let was_pasted = std::mem::take(&mut last_was_pasted);
        match block.language.as_str() {
            _ if block.untested.is_some() => {}
            "sh" => {
                steps.push(Step { commands: block, shown: None });
                last_was_pasted = true;
            }
            "json" | "text" if was_pasted && block.follows => steps.last_mut().unwrap().shown = Some(block),
            "json" | "text" => {
                return Err(format!(
                    "{}: nothing is pasted right before it that could print this; if so, say why on the line \
                     before: <!-- untested: why -->",
                    block.place
                ));
            }
            _ => {}
        }
    }
    Ok(steps)
}

#[test]
fn blocks_are_paired_with_what_they_print() {
    let page = "# A page\n\n```sh\nfirst\n```\n\n```json\n1\n```\n\nText.\n\n```sh\nsecond\n```\n\nText.\n\n\
                <!-- untested: it is long -->\n```sh\nthird\n```\n\n```ini\n[x]\n```\n";
    let steps = pair(read("page", page)).unwrap();
    let read: Vec<_> = steps
        .iter()
        .map(|step| (step.commands.text.as_str(), step.shown.as_ref().map(|block| block.text.as_str())))
        .collect();
    assert_eq!(read, [("first\n", Some("1\n")), ("second\n", None)]);
    assert_eq!(steps[1].commands.place, "page:13");
}

#[test]
fn what_nothing_printed_is_refused() {
    for page in [
        "```json\n1\n```\n",
        "```sh\nfirst\n```\n\nIt prints:\n\n```json\n1\n```\n",
        "```sh\nfirst\n```\n```json\n1\n```\n```json\n2\n```\n",
        "<!-- untested: it is long -->\n```sh\nfirst\n```\n```text\n1\n```\n",
    ] {
        assert!(pair(read("page", page)).is_err(), "{page}");
    }
}
