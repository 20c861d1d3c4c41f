// One broker for all of them.
import { mykoboRows } from "./message-bus-kafka/mykobo-rows.ts";

await mykoboRows();
