import type { LimitCharge } from '../core/ports.ts';
import { limitIdentity } from './limit-keys.ts';

/**
 * The part of a subject that decides where its counters are: all counters of one party are on one server of a
 * cluster, those of its single images included. Subjects begin with a word of ours, so a tag is never empty, which
 * Redis would take for no tag (Redis Cluster specification, "Hash tags").
 */
export const tagOf = (subject: string): string => {
  const slash = subject.indexOf('/');
  return slash === -1 ? subject : subject.slice(0, slash);
};

/** `<prefix>:limit:{<party>}<rest of the subject>:<limit>`. */
export const counterKey = (prefix: string, { limit, subject }: LimitCharge): string => {
  const tag = tagOf(subject);
  return `${prefix}:limit:{${tag}}${subject.slice(tag.length)}:${limitIdentity(limit).id}`;
};

/** A pattern that matches the counters of a party, for one limit or for all. */
export const counterPattern = (prefix: string, party: string, limitName?: string): string => {
  const literal = (text: string): string => text.replace(/[*?[\]\\^-]/g, '\\$&');
  return `${literal(prefix)}:limit:{${literal(party)}}*:${limitName === undefined ? '*' : literal(limitName)}.*`;
};
