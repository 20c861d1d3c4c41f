/** A member of a {@link LinkedList}. It is in one list at a time, or in none. */
export interface ListMember<Self> {
  previous: Self | undefined;
  next: Self | undefined;
  list: object | undefined;
}

/** A doubly linked list: a member leaves from the middle without a search. */
export class LinkedList<Member extends ListMember<Member>> {
  first: Member | undefined;
  last: Member | undefined;
  size = 0;

  append(member: Member): void {
    this.#enter(member);
    member.previous = this.last;
    if (this.last === undefined) this.first = member;
    else this.last.next = member;
    this.last = member;
  }

  prepend(member: Member): void {
    this.#enter(member);
    member.next = this.first;
    if (this.first === undefined) this.last = member;
    else this.first.previous = member;
    this.first = member;
  }

  /** Takes the first member out. */
  shift(): Member | undefined {
    const { first } = this;
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes `member` out; `false` when it is not in this list. */
  remove(member: Member): boolean {
    if (member.list !== this) return false;
    const { previous, next } = member;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    member.previous = undefined;
    member.next = undefined;
    member.list = undefined;
    this.size -= 1;
    return true;
  }

  /** From first to last. The member that was just given may be taken out before the next is asked for. */
  *[Symbol.iterator](): Generator<Member, void> {
    let member = this.first;
    while (member !== undefined) {
      const { next } = member;
      yield member;
      member = next;
    }
  }

  #enter(member: Member): void {
    // A member of two lists would corrupt both, silently.
    if (member.list !== undefined) throw new Error("the member already stands in a list");
    member.list = this;
    this.size += 1;
  }
}
