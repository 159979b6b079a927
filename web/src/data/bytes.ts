// Bytes of base64 texts, signed or not.
// SPDX-License-Identifier: Apache-2.0

export function unsignedBytes(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function signedBytes(base64: string): Int8Array {
  return new Int8Array(unsignedBytes(base64).buffer);
}
