import { startAws } from "@wirekit/devstack/aws";

// SNS and SQS in a process of their own. Asked for its traffic, it tells how often it was asked for what, and
// what processor time it took: the embedded service itself may be what limits a client.
const aws = await startAws();
const { endpointUrl, regionName, credentials } = aws;
process.send?.({ endpointUrl, regionName, credentials });
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ counts: { ...aws.counts }, processorMs: (user + system) / 1000 });
});
process.on("disconnect", () => void aws.close());
