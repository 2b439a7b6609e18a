// Decisions on their way to the service: kept in the browser until it has them, in order, each sent again with the
// same Idempotency-Key, so that one which arrived without its answer coming back is not written twice.

const RETRY = 5000; // milliseconds
const LATE = 2000; // milliseconds after which something that was not sent counts as unsent
const PATIENCE = 20000; // milliseconds for an answer of the service

const read = (store) => JSON.parse(localStorage.getItem(store) ?? "[]");

// Browsers have randomUUID on secure addresses alone.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export class Outbox {
  #sending;
  #failed = false;

  // What waits belongs to one person; what this page adds, to a reading. `changed` is told that something waits, was sent
  // or refused; `saved` gets an item and what the service answered, at once after it was taken out.
  constructor(person, reading, { changed, saved, refused }) {
    Object.assign(this, { reading, store: `needtag-unsent:${person}`, refusals: `needtag-refused:${person}`, changed, saved, refused });
    addEventListener("online", () => this.send());
    addEventListener("storage", () => changed());
    setInterval(() => {
      this.changed();
      this.send();
    }, RETRY);
  }

  get items() {
    return read(this.store);
  }

  #keep(items) {
    localStorage.setItem(this.store, JSON.stringify(items));
    this.changed();
  }

  // What could not be sent; what is just being sent is no matter.
  get unsent() {
    return this.items.filter((item) => this.#failed || Date.now() - item.at > LATE);
  }

  waitingFor(answer) {
    return this.items.filter((item) => item.answer === answer);
  }

  // Add decisions on a version of an answer; gives the key by which they are known.
  add(answer, version, decisions, words) {
    const key = newKey();
    this.#keep([...this.items, { answer, reading: this.reading, version, decisions, words, key, at: Date.now() }]);
    this.send();
    return key;
  }

  // Take back the last decisions on an answer that are not sent and not being sent; gives them, or nothing.
  takeBack(answer) {
    const items = this.items;
    const last = items.findLastIndex((item) => item.answer === answer);
    if (last < 0 || (last === 0 && this.#sending)) return undefined;
    const [taken] = items.splice(last, 1);
    this.#keep(items);
    return taken;
  }

  // Refused decisions stay until somebody says what is to become of them.
  get refusedItems() {
    return read(this.refusals);
  }

  forgetRefused(answer) {
    localStorage.setItem(this.refusals, JSON.stringify(this.refusedItems.filter((item) => item.answer !== answer)));
    this.changed();
  }

  // Send what waits; ends when nothing does, or the service cannot be reached.
  send() {
    this.#sending ??= this.#sendAlone().finally(() => { this.#sending = undefined; });
    return this.#sending;
  }

  async #sendAlone() {
    const sendAll = async () => { while (await this.#sendFirst()); };
    // Another window may be sending the same. Where there are no locks, the keys keep things from being written twice.
    return navigator.locks ? navigator.locks.request(this.store, sendAll) : sendAll();
  }

  // Gives whether to go on with the next one.
  async #sendFirst() {
    const [item] = this.items;
    if (!item) return false;
    const { answer, reading, version, decisions, key } = item;
    let response, body;
    try {
      response = await fetch(`/v1/answers/${answer}/decisions`, {
        method: "POST",
        keepalive: true, // goes on when the page is left
        signal: AbortSignal.timeout(PATIENCE),
        headers: {
          "Content-Type": "application/json",
          "Idempotency-Key": key,
          "X-CSRF-Token": document.querySelector("meta[name=csrf]").content,
        },
        body: JSON.stringify({ version, reading, decisions }),
      });
      if (response.status === 401) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      if (response.status === 401 || response.status === 429 || response.status >= 500) return this.#leave();
      body = await response.json();
    } catch {
      return this.#leave(); // no connection
    }
    this.#failed = false;
    const others = this.items.filter((each) => each.key !== key);
    if (response.ok) {
      this.#keep(others);
      this.saved(item, body);
    } else {
      // What was decided after it on the same answer was decided on what is not so: all of it is refused.
      this.#refuse([item, ...others.filter((each) => each.answer === answer)], response.status, body.detail);
      this.#keep(others.filter((each) => each.answer !== answer));
      this.refused(answer);
    }
    return true;
  }

  #leave() {
    this.#failed = true;
    this.changed();
    return false;
  }

  #refuse(items, status, detail) {
    const refused = items.map((item) => ({ ...item, status, detail }));
    localStorage.setItem(this.refusals, JSON.stringify([...this.refusedItems, ...refused]));
  }
}
