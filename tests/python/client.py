"""An independent client: knows no generated code, learns every message from the server by reflection.

Usage: client.py HOST:PORT. Prints one line for each check and ends with "ok"; any difference ends it with code 1.
"""

import pathlib
import sys
import uuid

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

sys.path.append(str(pathlib.Path(__file__).parents[2] / "scripts"))
from keyed_id import keyed_id  # noqa: E402

PRINCIPAL = "x-mingzhang-principal"
PACKAGE = "mingzhang.v1."


class Ledger:
    """Calls methods by name with messages built from the reflected descriptors."""

    def __init__(self, target):
        self.channel = grpc.insecure_channel(target)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)

    def message(self, message_name, /, **fields):
        descriptor = self.pool.FindMessageTypeByName(PACKAGE + message_name)
        return message_factory.GetMessageClass(descriptor)(**fields)

    def call(self, service, method, principal=None, /, **fields):
        found = self.pool.FindServiceByName(PACKAGE + service).FindMethodByName(method)
        answer = message_factory.GetMessageClass(found.output_type)
        request = message_factory.GetMessageClass(found.input_type)(**fields)
        stub = self.channel.unary_unary(
            f"/{PACKAGE}{service}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=answer.FromString,
        )
        metadata = [(PRINCIPAL, principal)] if principal else []
        return stub(request, metadata=metadata, timeout=20)


def check(what, got, wanted):
    if got != wanted:
        print(f"{what}: got {got!r}, wanted {wanted!r}")
        sys.exit(1)
    print(f"{what}: {got!r}")


def main(target):
    ledger = Ledger(target)
    services = set(ledger.database.get_services())
    check("services", {"mingzhang.v1.Recorder", "mingzhang.v1.Query"} <= services, True)

    unit_id = uuid.uuid4()
    unit = unit_id.bytes
    registered = ledger.message(
        "OrgRegistered", org=unit, number="61", name="陕西省财政厅", level=2, role=1, division=610000, subordination=2
    )
    event_id = keyed_id("org_registered", [unit_id]).bytes
    event = ledger.message("Event", id=event_id, effective=20210901, org_registered=registered)
    content = event.SerializeToString(deterministic=True)
    event.id = uuid.uuid4().bytes
    wrong = ledger.call("Recorder", "Record", "python", events=[event.SerializeToString(deterministic=True)], dry_run=True)
    check("an id of its own", [row.code for row in wrong.receipts[0].violations], ["wrong_id"])

    judged = ledger.call("Recorder", "Record", "python", events=[content], dry_run=True)
    check("dry run", (judged.receipts[0].stage, judged.receipts[0].outcome), (1, 1))
    before = ledger.call("Query", "GetStatus").entries

    said = ledger.call("Recorder", "Record", "python", events=[content, content, b"\xff"])
    check("outcomes", [receipt.outcome for receipt in said.receipts], [1, 2, 4])
    check("violations", len(said.receipts[2].violations) > 0, True)

    status = ledger.call("Query", "GetStatus", not_before=said.index)
    check("entries", status.entries, before + 2)
    check("books balance", [book.trial_balance_fen for book in status.books], [0, 0, 0, 0])

    balance = ledger.call("Query", "GetBalance", **{"owner": unit, "class": "treasury"})
    check("owner's name", balance.balance.account.owner_name, "陕西省财政厅")

    try:
        ledger.call("Recorder", "Record", events=[content])
    except grpc.RpcError as error:
        check("without a name", error.code(), grpc.StatusCode.UNAUTHENTICATED)
    else:
        check("without a name", "taken", "turned away")
    print("ok")


if __name__ == "__main__":
    main(sys.argv[1])
