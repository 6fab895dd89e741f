/// Which piece belongs to which grid, and the sums that follow; nothing of maps or pages.
import type { Feature, FeatureCollection, Geometry } from "geojson";

export interface PieceFacts {
  key: string;
  part: number;
  weight: number;
  work?: number;
  today?: [number, number][];
}

export interface Facts {
  keys: string[];
  edges: [number, number][];
  continues?: number[];
  moved: boolean;
  workShare?: number;
}

export interface Pieces extends FeatureCollection<Geometry, PieceFacts> {
  plan: Facts;
}

export class Tally {
  readonly part = new Map<number, number>();
  private readonly facts = new Map<number, PieceFacts>();
  private readonly before = new Map<number, number>();
  private readonly near = new Map<number, number[]>();
  private readonly past: [number, number][] = [];

  constructor(private readonly pieces: Pieces) {
    for (const { id, properties } of pieces.features as Feature<Geometry, PieceFacts>[]) {
      this.facts.set(Number(id), properties);
      this.part.set(Number(id), properties.part);
      this.before.set(Number(id), properties.part);
    }
    for (const [a, b] of pieces.plan.edges) {
      this.near.set(a, [...(this.near.get(a) ?? []), b]);
      this.near.set(b, [...(this.near.get(b) ?? []), a]);
    }
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  give(piece: number, to: number): void {
    const from = this.part.get(piece);
    if (from === undefined || from === to || to < 0) return;
    this.past.push([piece, from]);
    this.part.set(piece, to);
  }

  undo(): void {
    const last = this.past.pop();
    if (last) this.part.set(...last);
  }

  /// What the form says: "12:3, 14:3".
  moves(): string {
    const keys = this.pieces.plan.keys;
    const found: string[] = [];
    for (const [piece, part] of this.part) {
      if (part !== this.before.get(piece)) found.push(`${this.facts.get(piece)?.key}:${keys[part]}`);
    }
    return found.join(", ");
  }

  read(text: string): void {
    const asked = new Map([...text.matchAll(/(\w+)\s*[::]\s*(\+?\w+)/g)].map((one) => [one[1], one[2]]));
    this.past.length = 0;
    for (const [piece, { key }] of this.facts) {
      const part = this.pieces.plan.keys.indexOf(asked.get(key) ?? "");
      this.part.set(piece, part >= 0 ? part : (this.before.get(piece) ?? -1));
    }
  }

  private sum(of: (facts: PieceFacts) => number): number[] {
    const sums = this.pieces.plan.keys.map(() => 0);
    for (const [piece, part] of this.part) {
      const facts = this.facts.get(piece);
      if (facts && part >= 0) sums[part]! += of(facts);
    }
    return sums;
  }

  weights(): number[] {
    return this.sum((facts) => facts.weight);
  }

  /// Households and past work mixed as the plan was asked for, on the scale of households.
  loads(): number[] {
    const share = this.pieces.plan.workShare ?? 0;
    const all = [...this.facts.values()];
    const weight = all.reduce((sum, one) => sum + one.weight, 0);
    const work = all.reduce((sum, one) => sum + (one.work ?? 0), 0);
    if (!share || !work) return this.weights();
    return this.sum((facts) => facts.weight * (1 - share) + ((facts.work ?? 0) * share * (weight || work)) / work);
  }

  moved(): number {
    const continues = this.pieces.plan.continues ?? [];
    let sum = 0;
    for (const [piece, part] of this.part) {
      for (const [grid, homes] of this.facts.get(piece)?.today ?? []) if (!grid || continues[part] !== grid) sum += homes;
    }
    return sum;
  }

  /// The grids whose ground does not hang together.
  torn(): number[] {
    const seen = new Set<number>();
    const blocks = this.pieces.plan.keys.map(() => 0);
    for (const [piece, part] of this.part) {
      if (part < 0 || seen.has(piece)) continue;
      blocks[part]!++;
      const stack = [piece];
      seen.add(piece);
      for (let here = stack.pop(); here !== undefined; here = stack.pop()) {
        for (const other of this.near.get(here) ?? []) {
          if (seen.has(other) || this.part.get(other) !== part) continue;
          seen.add(other);
          stack.push(other);
        }
      }
    }
    return blocks.flatMap((count, part) => (count > 1 ? [part] : []));
  }
}
