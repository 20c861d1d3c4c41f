/** Says once that a server has begun to forget. Where no option could help, it says nothing. */
export function forgetting({
  name,
  limit,
  option,
}: {
  readonly name: string;
  readonly limit: number;
  readonly option?: string | undefined;
}): () => void {
  let isSaid = option === undefined;
  return () => {
    if (isSaid) return;
    isSaid = true;
    const text = `The oldest ${name} are forgotten: more than ${limit} bytes came. The option ${option} sets how much is kept.`;
    process.emitWarning(text, { type: "DevstackWarning", code: "WIREKIT_DEVSTACK_FORGETS" });
  };
}
