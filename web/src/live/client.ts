// Talks to the live server: polls its list, fetches records, follows events, and says when the server is gone.
// SPDX-License-Identifier: Apache-2.0
import type { Bundle, Run } from "../data/bundle";
import {
  type EntryList,
  firstChoice,
  followed,
  lastEpoch,
  type NewEpochs,
  type Progress,
  withEpochs,
} from "../data/live";
import { completeBundle } from "../data/load";

export interface LiveState {
  list: EntryList | null;
  chosen: string[];
  bundle: Bundle | null;
  progress: Record<string, Progress>;
  /** Empty, or a sentence: what does not work just now. */
  trouble: string;
}

const POLL_MS = 2000;
const PUBLISH_MS = 250;
const MOST_STREAMS = 3;
const GONE = "The server does not answer. The page shows what it has and goes on as soon as the server is back.";

export class LiveClient {
  private state: LiveState = { list: null, chosen: [], bundle: null, progress: {}, trouble: "" };
  private readonly streams = new Map<string, EventSource>();
  private pollTimer: ReturnType<typeof setTimeout> | undefined;
  private publishTimer: ReturnType<typeof setTimeout> | undefined;
  private fetches = 0;

  constructor(private readonly onChange: (state: LiveState) => void) {}

  start(): void {
    void this.poll();
  }

  stop(): void {
    clearTimeout(this.pollTimer);
    clearTimeout(this.publishTimer);
    for (const name of [...this.streams.keys()]) this.close(name);
  }

  choose(names: string[]): void {
    this.update({ chosen: names });
    void this.load();
  }

  /** Asks the server to stop a run; the answer is a sentence for people. */
  async stopRun(name: string): Promise<string> {
    try {
      const answer = await fetch(`stop?run=${encodeURIComponent(name)}`, { method: "POST" });
      return answer.ok ? "Asked to stop after its current step." : await answer.text();
    } catch {
      return GONE;
    }
  }

  private update(change: Partial<LiveState>): void {
    this.state = { ...this.state, ...change };
    // Events come faster than a page need be drawn.
    this.publishTimer ??= setTimeout(() => {
      this.publishTimer = undefined;
      this.onChange(this.state);
    }, PUBLISH_MS);
  }

  private async json<Value>(address: string): Promise<Value> {
    const answer = await fetch(address, { cache: "no-store" });
    if (!answer.ok) throw new Error(await answer.text());
    return (await answer.json()) as Value;
  }

  private fail(error: unknown): void {
    // fetch() throws a TypeError where there was no answer at all.
    this.update({ trouble: error instanceof TypeError ? GONE : (error as Error).message });
  }

  private async poll(): Promise<void> {
    try {
      const list = await this.json<EntryList>("runs");
      const before = this.state.list;
      this.update({ list, trouble: "" });
      if (!before && this.state.chosen.length === 0) this.state.chosen = firstChoice(list.runs);
      if (!this.state.bundle || this.changedBehind(list)) await this.load();
      this.follow();
    } catch (error) {
      this.fail(error);
    }
    this.pollTimer = setTimeout(() => void this.poll(), POLL_MS);
  }

  /** Whether a chosen entry that no stream tells about is other than it was when it was loaded. */
  private changedBehind(list: EntryList): boolean {
    return list.runs.some((entry) => {
      if (!this.state.chosen.includes(entry.name) || this.streams.has(entry.name)) return false;
      const run = this.state.bundle?.runs.find((candidate) => candidate.name === entry.name);
      return run !== undefined && (run.state !== entry.state || entry.epoch > lastEpoch(run));
    });
  }

  private async load(): Promise<void> {
    const { chosen } = this.state;
    const fetch = ++this.fetches;
    try {
      if (chosen.length === 0) {
        this.update({ bundle: completeBundle({ live: true, title: this.state.list?.folder ?? "Gradus" }) });
      } else {
        const query = chosen.map((name) => `run=${encodeURIComponent(name)}`).join("&");
        const bundle = completeBundle(await this.json<Partial<Bundle>>(`data?${query}`));
        if (fetch !== this.fetches) return;
        this.update({ bundle });
      }
      this.follow();
    } catch (error) {
      this.fail(error);
    }
  }

  private follow(): void {
    const { list, chosen, bundle } = this.state;
    if (!list || !bundle) return;
    const wanted = followed(list.runs, chosen, MOST_STREAMS);
    for (const [name, stream] of this.streams) {
      if (!wanted.includes(name) || stream.readyState === EventSource.CLOSED) this.close(name);
    }
    for (const name of wanted) if (!this.streams.has(name)) this.open(name);
  }

  private open(name: string): void {
    const run = this.state.bundle?.runs.find((candidate) => candidate.name === name);
    const stream = new EventSource(`events?run=${encodeURIComponent(name)}&after=${run ? lastEpoch(run) : 0}`);
    const on = <Data>(event: string, react: (data: Data) => void) =>
      stream.addEventListener(event, (message) => react(JSON.parse((message as MessageEvent).data) as Data));
    on<NewEpochs>("epochs", (added) => this.change(name, (known) => withEpochs(known, added)));
    on<Progress>("progress", (progress) => this.update({ progress: { ...this.state.progress, [name]: progress } }));
    on<{ state: Run["state"] }>("state", ({ state }) => {
      this.change(name, (known) => ({ ...known, state }));
      if (state !== "running") {
        this.close(name);
        void this.load();
      }
    });
    on("reset", () => void this.load());
    this.streams.set(name, stream);
  }

  private close(name: string): void {
    this.streams.get(name)?.close();
    this.streams.delete(name);
    const progress = { ...this.state.progress };
    delete progress[name];
    this.update({ progress });
  }

  private change(name: string, changed: (run: Run) => Run): void {
    const { bundle } = this.state;
    if (!bundle) return;
    const runs = bundle.runs.map((run) => (run.name === name ? changed(run) : run));
    this.update({ bundle: { ...bundle, runs } });
  }
}
