//! Listings by page and keyword.

use super::{page::Page, query::Query};
use crate::{
    domain::Keyword,
    error::{Problems, Result},
};

/// What a listing is asked for.
#[derive(Debug)]
pub struct ListRequest {
    /// Which page.
    pub page: Page,
    keyword: Option<Keyword>,
}

/// Which entries of a listing are wanted.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted<T> {
    /// A page of all.
    All(Page),
    /// These, of so many that were found.
    Found(i64, Vec<T>),
}

impl ListRequest {
    /// Reads `keyword`, of which an empty one restricts nothing, and the page.
    #[must_use]
    pub fn from_query(query: &Query, problems: &mut Problems) -> Self {
        query.refuse_repeated(&["keyword"], problems);
        let keyword =
            query.get("keyword").and_then(|text| problems.keep("keyword", Keyword::parse(text)).flatten());
        Self { page: Page::from_query(query, problems), keyword }
    }

    /// Which entries are wanted. `all` reads all of them in their order, or as much as it takes to tell them apart; what
    /// goes by `names` that the keyword finds is picked here, since folding is not the database's. That is for lists
    /// that are short beside the contacts.
    ///
    /// # Errors
    /// Those of `all`, which is not asked where there is no keyword.
    pub async fn wanted<T, const N: usize>(
        &self,
        all: impl Future<Output = Result<Vec<T>>>,
        names: impl Fn(&T) -> [&str; N],
    ) -> Result<Wanted<T>> {
        let Some(keyword) = &self.keyword else { return Ok(Wanted::All(self.page)) };
        let found = all.await?.into_iter().filter(|entry| keyword.finds(&names(entry)));
        let (total, entries) = self.page.of(found);
        Ok(Wanted::Found(total, entries))
    }
}
