import { getEventListeners } from "node:events";
import { describe, expect, it, jest } from "@jest/globals";
import { onAbort } from "./on-abort.ts";

function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

describe("onAbort", () => {
  it("calls back once when the signal is aborted", () => {
    const controller = new AbortController();
    const callback = jest.fn();
    onAbort(controller.signal, callback);
    expect(callback).not.toHaveBeenCalled();
    controller.abort();
    controller.abort();
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("calls back at once when the signal is aborted already", () => {
    const callback = jest.fn();
    const stop = onAbort(AbortSignal.abort(), callback);
    expect(callback).toHaveBeenCalledTimes(1);
    stop();
  });

  it("takes one listener on the signal for however many wait, in their order", () => {
    const controller = new AbortController();
    const called: number[] = [];
    for (let number = 0; number < 100; number += 1) onAbort(controller.signal, () => called.push(number));
    expect(listenersOn(controller.signal)).toBe(1);
    controller.abort();
    expect(called).toEqual(Array.from({ length: 100 }, (_, number) => number));
  });

  it("leaves nothing on the signal once nobody waits any more", () => {
    const { signal } = new AbortController();
    const stops = [onAbort(signal, () => {}), onAbort(signal, () => {})];
    for (const stop of stops) stop();
    for (const stop of stops) stop();
    expect(listenersOn(signal)).toBe(0);
  });

  it("can wait again on a signal that was let go of", () => {
    const controller = new AbortController();
    onAbort(controller.signal, () => {})();
    const callback = jest.fn();
    onAbort(controller.signal, callback);
    controller.abort();
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("does not call who stopped waiting, even when an earlier one stops it during the abort", () => {
    const controller = new AbortController();
    const callback = jest.fn();
    onAbort(controller.signal, () => stop());
    const stop = onAbort(controller.signal, callback);
    controller.abort();
    expect(callback).not.toHaveBeenCalled();
  });

  it("tells two waits with the same function apart", () => {
    const controller = new AbortController();
    const callback = jest.fn();
    onAbort(controller.signal, callback);
    onAbort(controller.signal, callback)();
    controller.abort();
    expect(callback).toHaveBeenCalledTimes(1);
  });
});
