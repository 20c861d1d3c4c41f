import { option } from "../kit/option-rules.ts";

/** A part of AWS with accounts, regions and host names of its own. */
interface Partition {
  readonly name: string;
  readonly regions: RegExp;
  readonly dnsSuffix: string;
  /** The same for hosts that have addresses of IPv6 as well. */
  readonly dualStack: string;
}

const commercial: Partition = { name: "aws", regions: /^/, dnsSuffix: "amazonaws.com", dualStack: "api.aws" };
/** All partitions but the commercial one, which takes every other region. */
const partitions: readonly Partition[] = [
  {
    name: "aws-cn",
    regions: /^cn-/,
    dnsSuffix: "amazonaws.com.cn",
    dualStack: "api.amazonwebservices.com.cn",
  },
  { name: "aws-us-gov", regions: /^us-gov-/, dnsSuffix: "amazonaws.com", dualStack: "api.aws" },
  { name: "aws-iso", regions: /^us-iso-/, dnsSuffix: "c2s.ic.gov", dualStack: "api.aws.ic.gov" },
  { name: "aws-iso-b", regions: /^us-isob-/, dnsSuffix: "sc2s.sgov.gov", dualStack: "api.aws.scloud" },
  {
    name: "aws-iso-e",
    regions: /^eu-isoe-/,
    dnsSuffix: "cloud.adc-e.uk",
    dualStack: "api.cloud-aws.adc-e.uk",
  },
  { name: "aws-iso-f", regions: /^us-isof-/, dnsSuffix: "csp.hci.ic.gov", dualStack: "api.aws.hci.ic.gov" },
  { name: "aws-eusc", regions: /^eusc-/, dnsSuffix: "amazonaws.eu", dualStack: "api.amazonwebservices.eu" },
];

/** The partition that a region belongs to: `"aws"`, `"aws-cn"`, `"aws-us-gov"` ... */
export function partitionOf(region: string): string {
  return partitionWith(region).name;
}

/** What the host names of a region's services end in: `"amazonaws.com"`. */
export function dnsSuffixOf(region: string): string {
  return partitionWith(region).dnsSuffix;
}

/** Whether a host is one of AWS's own, in any partition. */
export function isAwsHost(hostname: string): boolean {
  return [commercial, ...partitions].some(
    ({ dnsSuffix, dualStack }) => hostname.endsWith(`.${dnsSuffix}`) || hostname.endsWith(`.${dualStack}`),
  );
}

function partitionWith(region: string): Partition {
  return partitions.find(({ regions }) => regions.test(region)) ?? commercial;
}

/** The parts of an ARN. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for resources without a region: roles, buckets. */
  readonly region: string;
  /** Empty for resources without an account: buckets. */
  readonly accountId: string;
  /** The name of a queue or topic; `role/admin`, `function:send:live`. */
  readonly resource: string;
}

const arnForm = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws|):(.+)$/s;

/** Reads an ARN of any partition; `undefined` for any other text. */
export function parseArn(text: string): Arn | undefined {
  const [match, partition = "", service = "", region = "", accountId = "", resource = ""] =
    arnForm.exec(text) ?? [];
  return match === undefined ? undefined : { partition, service, region, accountId, resource };
}

/** The ARN of a resource. */
export function formatArn({ service, region, accountId, resource }: Omit<Arn, "partition">): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${accountId}:${resource}`;
}

const regionForm = {
  pattern: /^[a-z]{2,}(?:-[a-z]+)+-\d+$/,
  expected: 'must be a region such as "eu-west-1"',
};

/** The rule of an option that names a region. */
export const regionOption = {
  optional: option.text(regionForm),
  required: option.text({ ...regionForm, presence: "required" }),
} as const;
