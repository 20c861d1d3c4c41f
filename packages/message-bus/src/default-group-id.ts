/** The group that receives a target's messages where none is named, as the original names it. */
export function defaultGroupId(target: string): string {
  return `${target}_consumer_group`;
}
