/** A place in a {@link LinkedList}. */
export interface ListItem<T> {
  readonly value: T;
  previous: ListItem<T> | undefined;
  next: ListItem<T> | undefined;
  isListed: boolean;
}

/**
 * Values in the order in which they came, any of which can be taken out at once.
 *
 * A `Set` can do the same, but not for what comes and goes with every message: whenever it grows, V8 links its old table to
 * the new one, and all that ever stood in them survives until the next full garbage collection.
 */
export class LinkedList<T> {
  size = 0;
  private first: ListItem<T> | undefined;
  private last: ListItem<T> | undefined;

  push(value: T): ListItem<T> {
    const item: ListItem<T> = { value, previous: this.last, next: undefined, isListed: true };
    if (this.last === undefined) this.first = item;
    else this.last.next = item;
    this.last = item;
    this.size += 1;
    return item;
  }

  /** Whether `item` was still there. */
  remove(item: ListItem<T>): boolean {
    if (!item.isListed) return false;
    const { previous, next } = item;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    // Nothing that was taken out may keep alive what came after it.
    item.previous = undefined;
    item.next = undefined;
    item.isListed = false;
    this.size -= 1;
    return true;
  }

  /** Takes out the one that came first. */
  shift(): T | undefined {
    const { first } = this;
    if (first !== undefined) this.remove(first);
    return first?.value;
  }
}
