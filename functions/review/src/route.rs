//! What is asked, by method and path.

use lambda_http::http::Method;
use operations::operator::Operation;

use crate::key;
use crate::problem::Problem;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    ListRequests,
    ShowRequest(String),
    MarkRequest(String),
    ShowBlock(String),
    LiftBlock(String),
    ListEntries,
    ShowEntry(String),
    PutEntry(String),
    RemoveEntry(String),
    ImportEntries,
    ExportEntries,
    ShowPolicy,
    SavePolicy,
    ValidatePolicy,
    ReplayPolicy,
    ListPolicyVersions,
    ShowPolicyVersion(String),
    ShowKillSwitches,
    SetKillSwitches,
    ListChanges,
    ExportPerson,
    ErasePerson,
}

impl Route {
    /// What is shown here, before anything is done: whatever names people and cannot be masked is seen in full. What a change
    /// needs beyond that, its operation says.
    pub(crate) fn shows(&self) -> Operation {
        match self {
            Self::ShowBlock(_)
            | Self::ListEntries
            | Self::ShowEntry(_)
            | Self::ExportEntries
            | Self::ListChanges => Operation::SeeInFull,
            _ => Operation::Look,
        }
    }
}

/// Reads method and path; the path is without the stage, as API Gateway tells it.
pub(crate) fn parse(method: &Method, path: &str) -> Result<Route, Problem> {
    const GET: Method = Method::GET;
    const PUT: Method = Method::PUT;
    const POST: Method = Method::POST;

    let path =
        path.strip_prefix("/review/").ok_or_else(|| Problem::not_found("there is nothing at this path"))?;
    let segments: Vec<&str> = path.split('/').collect();
    let routes = match segments.as_slice() {
        ["requests"] => vec![(GET, Route::ListRequests)],
        ["requests", id] => vec![(GET, Route::ShowRequest((*id).to_owned()))],
        ["requests", id, "mark"] => vec![(PUT, Route::MarkRequest((*id).to_owned()))],
        ["blocks", ..] => block(path)?,
        ["entries"] => vec![(GET, Route::ListEntries)],
        ["entries", "import"] => vec![(POST, Route::ImportEntries)],
        ["entries", "export"] => vec![(GET, Route::ExportEntries)],
        // An entry may hold a slash (`net#203.0.113.0/24`), if the edge has decoded the path.
        ["entries", ..] => entry(path)?,
        ["policy"] => vec![(GET, Route::ShowPolicy), (PUT, Route::SavePolicy)],
        ["policy", "validate"] => vec![(POST, Route::ValidatePolicy)],
        ["policy", "replay"] => vec![(POST, Route::ReplayPolicy)],
        ["policy", "versions"] => vec![(GET, Route::ListPolicyVersions)],
        ["policy", "versions", number] => vec![(GET, Route::ShowPolicyVersion((*number).to_owned()))],
        ["kill-switches"] => vec![(GET, Route::ShowKillSwitches), (PUT, Route::SetKillSwitches)],
        ["changes"] => vec![(GET, Route::ListChanges)],
        // A person is named in the body: paths are logged on their way.
        ["people", "export"] => vec![(POST, Route::ExportPerson)],
        ["people", "erase"] => vec![(POST, Route::ErasePerson)],
        _ => vec![],
    };
    choose(method, routes)
}

fn block(path: &str) -> Result<Vec<(Method, Route)>, Problem> {
    let key = named(path, "blocks/")?;
    Ok(vec![(Method::GET, Route::ShowBlock(key.clone())), (Method::DELETE, Route::LiftBlock(key))])
}

fn named(path: &str, under: &str) -> Result<String, Problem> {
    let key = path.strip_prefix(under).and_then(key::decode).filter(|key| !key.is_empty());
    key.ok_or_else(|| Problem::not_found("what is here is named by its URL-encoded key"))
}

fn entry(path: &str) -> Result<Vec<(Method, Route)>, Problem> {
    let key = named(path, "entries/")?;
    Ok(vec![
        (Method::GET, Route::ShowEntry(key.clone())),
        (Method::PUT, Route::PutEntry(key.clone())),
        (Method::DELETE, Route::RemoveEntry(key)),
    ])
}

fn choose(method: &Method, routes: Vec<(Method, Route)>) -> Result<Route, Problem> {
    if routes.is_empty() {
        return Err(Problem::not_found("there is nothing at this path"));
    }
    let allowed: Vec<_> = routes.iter().map(|(method, _)| method.to_string()).collect();
    let chosen = routes.into_iter().find(|(of, _)| of == method).map(|(_, route)| route);
    chosen.ok_or_else(|| Problem::method_not_allowed(allowed.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn leads(method: &str, path: &str, expected: Route) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(parse(&method, path), Ok(expected), "{method} {path}");
    }

    #[test]
    fn every_route_is_found_by_its_method_and_path() {
        leads("GET", "/review/requests", Route::ListRequests);
        leads("GET", "/review/requests/abc", Route::ShowRequest("abc".to_owned()));
        leads("PUT", "/review/requests/abc/mark", Route::MarkRequest("abc".to_owned()));
        leads("GET", "/review/blocks/range%23%2B1712770", Route::ShowBlock("range#+1712770".to_owned()));
        let line = "address#203.0.113.9/32".to_owned();
        leads("DELETE", "/review/blocks/address#203.0.113.9/32", Route::LiftBlock(line));
        leads("GET", "/review/entries", Route::ListEntries);
        leads("POST", "/review/entries/import", Route::ImportEntries);
        leads("GET", "/review/entries/export", Route::ExportEntries);
        leads("GET", "/review/policy", Route::ShowPolicy);
        leads("PUT", "/review/policy", Route::SavePolicy);
        leads("POST", "/review/policy/validate", Route::ValidatePolicy);
        leads("POST", "/review/policy/replay", Route::ReplayPolicy);
        leads("GET", "/review/policy/versions", Route::ListPolicyVersions);
        leads("GET", "/review/policy/versions/3", Route::ShowPolicyVersion("3".to_owned()));
        leads("GET", "/review/kill-switches", Route::ShowKillSwitches);
        leads("PUT", "/review/kill-switches", Route::SetKillSwitches);
        leads("GET", "/review/changes", Route::ListChanges);
        leads("POST", "/review/people/export", Route::ExportPerson);
        leads("POST", "/review/people/erase", Route::ErasePerson);
    }

    #[test]
    fn an_entry_is_the_same_whether_the_edge_decoded_the_path_or_not() {
        let prefix = || "prefix#+1876".to_owned();
        let network = || "net#203.0.113.0/24".to_owned();
        leads("GET", "/review/entries/prefix%23%2B1876", Route::ShowEntry(prefix()));
        leads("PUT", "/review/entries/prefix%23+1876", Route::PutEntry(prefix()));
        leads("DELETE", "/review/entries/prefix#+1876", Route::RemoveEntry(prefix()));
        leads("GET", "/review/entries/net%23203.0.113.0%2F24", Route::ShowEntry(network()));
        leads("GET", "/review/entries/net#203.0.113.0/24", Route::ShowEntry(network()));
        leads("GET", "/review/entries/net%23203.0.113.0/24", Route::ShowEntry(network()));
        leads("GET", "/review/entries/account%2350%2525", Route::ShowEntry("account#50%25".to_owned()));
    }

    #[test]
    fn what_is_not_there_is_told_from_what_cannot_be_done_there() {
        let status = |method: Method, path: &str| parse(&method, path).unwrap_err().status().as_u16();
        for path in
            ["/", "/review", "/reviews/requests", "/review/", "/review/requests/a/b", "/review/entries/"]
        {
            assert_eq!(status(Method::GET, path), 404, "{path}");
        }
        assert_eq!(status(Method::DELETE, "/review/policy"), 405);
        assert_eq!(status(Method::GET, "/review/entries/import"), 405);
        assert_eq!(status(Method::POST, "/review/requests"), 405);
        assert_eq!(status(Method::PATCH, "/review/entries/country%23JM"), 405);
        assert_eq!(status(Method::GET, "/review/entries/%FF"), 404);
    }
}
