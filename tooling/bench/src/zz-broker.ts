import { startKafka } from "@wirekit/devstack/kafka";
const b = await startKafka({}); console.log(b.addresses[0]); setInterval(() => {}, 1e6);
