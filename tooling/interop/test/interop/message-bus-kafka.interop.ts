// One broker for all of them.
import { brokerFaultRows } from "./message-bus-kafka/broker-fault-rows.ts";
import { consumerFaultRows } from "./message-bus-kafka/consumer-fault-rows.ts";
import { groupRows } from "./message-bus-kafka/group-rows.ts";
import { keyRows } from "./message-bus-kafka/key-rows.ts";
import { loginRows } from "./message-bus-kafka/login-rows.ts";
import { mykoboRows } from "./message-bus-kafka/mykobo-rows.ts";
import { refusalRows } from "./message-bus-kafka/refusal-rows.ts";
import { rustFormRows } from "./message-bus-kafka/rust-form-rows.ts";
import { transactionRows } from "./message-bus-kafka/transaction-rows.ts";

await mykoboRows();
await rustFormRows();
await loginRows();
await keyRows();
await transactionRows();
await groupRows();
await refusalRows();
await consumerFaultRows();
await brokerFaultRows();
