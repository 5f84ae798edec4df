import { crc32, deflateRawSync } from 'node:zlib'
import { randomFrom } from '../support/faults.ts'

/** A library of classes, packed one by one as `jar` does. */
export interface FatJar {
  /** The archive; with a number, that with another version of that class. */
  readonly build: (changed?: number) => Buffer
}

/** One that is about so large, made of so many classes. */
export function fatJar(size: number, classes: number): FatJar {
  const random = randomFrom(1)
  const entries = Array.from({ length: classes }, (_, i) => {
    const content = classFile(Math.round(size / classes), random)
    return packed(`com/example/part${i % 100}/Class${i}.class`, content)
  })
  return {
    build(changed) {
      const all = entries.map((entry, i) =>
        i === changed ? packed(entry.name, edited(entry.content)) : entry,
      )
      return archive(all)
    },
  }
}

/** Bytecode packs to about 60 %: names that occur again and again, and between them what does not repeat. */
function classFile(length: number, random: () => number): Buffer {
  const words = [
    'java/lang/String',
    'getValue',
    'this',
    '()V',
    'LineNumberTable',
    'toString',
    'StackMapTable',
  ]
  const parts: Buffer[] = []
  for (let size = 0; size < length * 1.6;) {
    const noise = Buffer.from(Array.from({ length: 12 }, () => Math.floor(random() * 256)))
    const part = Buffer.concat([Buffer.from(words[Math.floor(random() * words.length)] ?? ''), noise])
    parts.push(part)
    size += part.length
  }
  return Buffer.concat(parts)
}

function edited(content: Buffer): Buffer {
  const middle = Math.floor(content.length / 2)
  return Buffer.concat([content.subarray(0, middle), Buffer.from('another line'), content.subarray(middle)])
}

interface Entry {
  readonly name: string
  readonly content: Buffer
  readonly body: Buffer
  /** What the local header and the directory have in common: versions, method, date, checksum, sizes, length of the name. */
  readonly about: Buffer
}

function packed(name: string, content: Buffer): Entry {
  const body = deflateRawSync(content)
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt16LE(8, 4)
  about.writeUInt32LE(0x58210000, 6)
  about.writeUInt32LE(crc32(content), 10)
  about.writeUInt32LE(body.length, 14)
  about.writeUInt32LE(content.length, 18)
  about.writeUInt16LE(name.length, 22)
  return { name, content, body, about }
}

function archive(entries: readonly Entry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, body, about } of entries) {
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, Buffer.from(name), body])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, place, Buffer.from(name))
    parts.push(local)
    at += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, listed, end])
}
