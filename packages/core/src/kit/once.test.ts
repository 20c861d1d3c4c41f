import { expect, it } from "@jest/globals";
import { OpenOnce, once } from "./once.ts";

/** Resolves or rejects when it is told to; counts how often it was begun. */
function openings() {
  const begun: { readonly resolve: (value: string) => void; readonly reject: (reason: Error) => void }[] = [];
  const open = () => new Promise<string>((resolve, reject) => begun.push({ resolve, reject }));
  return { begun, open };
}

it("makes a thing once, however many ask for it at the same time and later", async () => {
  const { begun, open } = openings();
  const get = once(open);
  const asked = [get(), get()];
  begun[0]?.resolve("a");
  expect(await Promise.all([...asked, get()])).toEqual(["a", "a", "a"]);
  expect(begun).toHaveLength(1);
});

it("does not keep a failure: all who shared it are told, and the next one tries again", async () => {
  const { begun, open } = openings();
  const get = once(open);
  const asked = [get(), get()];
  begun[0]?.reject(new Error("not now"));
  for (const one of asked) await expect(one).rejects.toThrow("not now");
  const again = get();
  begun[1]?.resolve("b");
  expect(await again).toBe("b");
});

it("keeps one thing for each name, and gives all that could be opened", async () => {
  const { begun, open } = openings();
  const opened = new OpenOnce<string>();
  const asked = [opened.get("one", open), opened.get("other", open), opened.get("one", open)];
  expect(begun).toHaveLength(2);
  const all = opened.all();
  begun[0]?.resolve("a");
  begun[1]?.reject(new Error("not now"));
  expect(await all).toEqual(["a"]);
  await expect(asked[1]).rejects.toThrow("not now");
  expect(await asked[2]).toBe("a");
});
