/** The largest payload of one packet; a longer one goes on in the next. */
const FULL = 0xff_ff_ff

/** The packets of a command that is followed by a text. */
export function textCommand(command: number, text: string): Uint8Array {
  const payload = Buffer.allocUnsafe(1 + Buffer.byteLength(text))
  payload[0] = command
  payload.write(text, 1)
  return framed(payload)
}

/** Cuts a payload into packets, each with its header. */
export function framed(payload: Uint8Array): Uint8Array {
  const count = Math.floor(payload.length / FULL) + 1
  const packets = Buffer.allocUnsafe(payload.length + 4 * count)
  for (let index = 0; index < count; index++) {
    const part = payload.subarray(index * FULL, (index + 1) * FULL)
    const at = index * (FULL + 4)
    packets.writeUIntLE(part.length, at, 3)
    packets[at + 3] = index & 0xff
    packets.set(part, at + 4)
  }
  return packets
}
