//! Every call the schema knows, with requests made from it: ids and words of what was told, days, bounds, and here and there what
//! nobody sends. A list is followed to its next pages. What answers say is not looked at, only that there are some.

use super::is_ours;
use super::wire::{Untyped, fields, put_bytes, put_number};
use crate::support::Server;
use ledger::account::Class;
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorSet};
use std::collections::{BTreeMap, BTreeSet};
use tests::history::Chance;
use tonic::Request;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;

/// Requests of each call.
const REQUESTS: usize = 60;

/// How deep messages are filled.
const DEEP: usize = 4;

/// Words that questions take: classes, codes, stages, books, programmes, days, and none of them.
const WORDS: [&str; 22] = [
    "",
    "available",
    "suspense",
    "transit",
    "interest_due",
    "cash",
    "indicator",
    "lender",
    "SH-GRANT",
    "CE-LIVING",
    "overdrawn",
    "unknown_payout",
    "recorded",
    "approved",
    "610000",
    "2021",
    "2021-09-01",
    "财教〔2021〕1号",
    "-1",
    "\u{200b}",
    "posted",
    "origin",
];

/// Ids and texts of what was told, by the names that the schema gives to fields.
pub struct Known {
    schema: FileDescriptorSet,
    ids: BTreeMap<String, BTreeSet<Vec<u8>>>,
    texts: BTreeMap<String, BTreeSet<Vec<u8>>>,
}

impl Known {
    /// Of nothing.
    pub fn new() -> Self {
        let schema = FileDescriptorSet::decode(proto::FILE_DESCRIPTOR_SET).expect("a schema");
        let classes = Class::ALL.iter().map(|class| class.name().as_bytes().to_vec()).collect();
        let texts = BTreeMap::from([("class".to_owned(), classes)]);
        Self { schema, ids: BTreeMap::new(), texts }
    }

    /// Takes down what an event names.
    pub fn learn(&mut self, event: &[u8]) {
        self.learn_of("Event", event);
    }

    fn learn_of(&mut self, message: &str, bytes: &[u8]) {
        let message = self.find(message);
        for (number, part) in fields(bytes) {
            let known = message.field.iter().find(|field| u64::from(field.number().unsigned_abs()) == number);
            let Some(field) = known else { continue };
            let take = |all: &mut BTreeMap<String, BTreeSet<Vec<u8>>>| {
                for name in [field.name(), ""] {
                    all.entry(name.to_owned()).or_default().insert(part.to_vec());
                }
            };
            match field.r#type() {
                Type::Message => self.learn_of(field.type_name(), part),
                Type::Bytes => take(&mut self.ids),
                Type::String => take(&mut self.texts),
                _ => {}
            }
        }
    }

    fn find(&self, name: &str) -> DescriptorProto {
        let short = name.rsplit('.').next().unwrap_or_default();
        let mut all = self.schema.file.iter().flat_map(|file| &file.message_type);
        all.find(|message| message.name() == short).cloned().unwrap_or_default()
    }
}

/// Mostly one of the field's own name.
fn pick(chance: &mut Chance, of: &BTreeMap<String, BTreeSet<Vec<u8>>>, name: &str) -> Option<Vec<u8>> {
    let own = of.get(name).filter(|_| chance.in_hundred(80)).or_else(|| of.get(""))?;
    own.iter().nth(chance.below(own.len())).cloned()
}

/// How it went.
#[derive(Default)]
pub struct Went {
    pub asked: usize,
    pub answered: usize,
    /// Calls that answered at least once.
    pub calls: usize,
}

struct Asker<'a> {
    known: &'a Known,
    chance: Chance,
}

/// Asks everything.
pub async fn ask_everything(server: &Server, known: &Known, seed: u64) -> Went {
    let mut asker = Asker { known, chance: Chance::new(seed ^ 0xa5) };
    let mut went = Went::default();
    for (path, input, output) in asker.calls() {
        let mut any = false;
        for number in 0..REQUESTS {
            let request = if number == 0 { Vec::new() } else { asker.message(&input, 0) };
            any |= asker.follow(server, &path, &output, request, &mut went).await;
        }
        went.calls += usize::from(any);
    }
    went
}

impl Asker<'_> {
    /// Path, request and answer of every call.
    fn calls(&self) -> Vec<(String, String, String)> {
        let mut calls = Vec::new();
        for file in &self.known.schema.file {
            for service in &file.service {
                for method in &service.method {
                    let path = format!("/{}.{}/{}", file.package(), service.name(), method.name());
                    calls.push((path, method.input_type().to_owned(), method.output_type().to_owned()));
                }
            }
        }
        assert!(calls.len() > 35, "the schema has services");
        calls
    }

    fn message(&mut self, name: &str, depth: usize) -> Vec<u8> {
        let (message, mut out, mut ones) = (self.known.find(name), Vec::new(), BTreeSet::new());
        let fields = message.field.len();
        for field in &message.field {
            // Of a choice one, and of many fields a few.
            let chosen = self.chance.in_hundred(if fields > 6 { 35 } else { 60 });
            let other = field.oneof_index.is_some_and(|one| !field.proto3_optional() && ones.contains(&one));
            if chosen && !other {
                ones.extend(field.oneof_index);
                let times = if field.label() == Label::Repeated { self.chance.below(3) } else { 1 };
                (0..times).for_each(|_| self.field(field, depth, &mut out));
            }
        }
        out
    }

    fn field(&mut self, field: &FieldDescriptorProto, depth: usize, out: &mut Vec<u8>) {
        let number = field.number();
        match field.r#type() {
            Type::Bytes => {
                let bytes = self.id(field.name());
                put_bytes(out, number, &bytes);
            }
            Type::String => {
                let text = self.text(field.name());
                put_bytes(out, number, &text);
            }
            Type::Message if depth < DEEP => {
                let inner = self.message(field.type_name(), depth + 1);
                put_bytes(out, number, &inner);
            }
            Type::Message => {}
            // Whoever names an entry to come is kept waiting for it.
            _ if field.name() == "not_before" => put_number(out, number, self.chance.draw() % 50),
            Type::Bool => put_number(out, number, self.chance.draw() & 1),
            Type::Enum => put_number(out, number, [0, 1, 2, 3, 5, 99][self.chance.below(6)]),
            _ => {
                let day = 20_210_101 + self.chance.draw() % 900;
                let small = self.chance.draw() % 400;
                let any = [0, 1, small, small, day, day, 1_630_000_000_000, u64::from(u32::MAX), u64::MAX, 1 << 63];
                put_number(out, number, any[self.chance.below(any.len())]);
            }
        }
    }

    fn id(&mut self, name: &str) -> Vec<u8> {
        match self.chance.below(12) {
            0 => vec![0; 16],
            1 => vec![7; self.chance.below(40)],
            _ => pick(&mut self.chance, &self.known.ids, name).unwrap_or_else(|| vec![1; 16]),
        }
    }

    fn text(&mut self, name: &str) -> Vec<u8> {
        if self.chance.in_hundred(40) {
            return WORDS[self.chance.below(WORDS.len())].into();
        }
        pick(&mut self.chance, &self.known.texts, name).unwrap_or_default()
    }

    /// Asks once, and for up to two further pages; whether there was an answer.
    async fn follow(&self, server: &Server, path: &str, output: &str, mut request: Vec<u8>, went: &mut Went) -> bool {
        let token = |name: &str, of: &str| {
            let fields = self.known.find(of).field;
            fields.iter().find(|field| field.name() == name).map(FieldDescriptorProto::number)
        };
        let input = self.calls().into_iter().find(|(known, ..)| known == path).map(|(_, input, _)| input);
        let places = (token("next_page_token", output), token("page_token", &input.unwrap_or_default()));
        let mut any = false;
        for _ in 0..3 {
            went.asked += 1;
            let Some(answer) = ask(server, path, request.clone()).await else { break };
            (any, went.answered) = (true, went.answered + 1);
            let (Some(next), Some(page)) = places else { break };
            let found = fields(&answer).into_iter().find(|(number, _)| *number == u64::from(next.unsigned_abs()));
            let Some((_, next)) = found.filter(|(_, next)| !next.is_empty()) else { break };
            put_bytes(&mut request, page, next);
        }
        any
    }
}

/// Asks, and takes all there is of the answer; none if it was refused in a way of ours.
async fn ask(server: &Server, path: &str, request: Vec<u8>) -> Option<Vec<u8>> {
    let mut client = Grpc::new(server.channel());
    client.ready().await.expect("the service is there");
    let place: PathAndQuery = path.parse().expect("a path");
    let asked = format!("{path} {request:02x?}");
    let mut request = Request::new(one_message(request));
    let name = services::principal::named((), "audit");
    *request.metadata_mut() = name.metadata().clone();
    let answer = client.streaming(request, place, Untyped).await;
    let mut messages = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            assert!(is_ours(&status), "{asked}: {status:?}");
            return None;
        }
    };
    let mut last = None;
    loop {
        match messages.message().await {
            Ok(Some(message)) => last = Some(message),
            Ok(None) => return last,
            Err(status) => {
                assert!(is_ours(&status), "{asked}: {status:?}");
                return None;
            }
        }
    }
}

/// One message, as every call is asked with.
fn one_message(message: Vec<u8>) -> impl futures_util::Stream<Item = Vec<u8>> + Send + 'static {
    futures_util::stream::iter([message])
}
