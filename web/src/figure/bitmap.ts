// Small pictures as addresses that an SVG image can show.
// SPDX-License-Identifier: Apache-2.0
import { signedBytes, unsignedBytes } from "../data/bytes";

function address(width: number, height: number, colorOf: (pixel: number) => [number, number, number]): string {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return "";
  const image = context.createImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) {
    image.data.set([...colorOf(pixel), 255], 4 * pixel);
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/** One channel as ink on paper, dark where large; three channels as they are. */
export function pictureAddress(pixels: string, width: number, height: number, channels: number): string {
  const bytes = unsignedBytes(pixels);
  return address(width, height, (pixel) => {
    const at = pixel * channels;
    if (channels >= 3) return [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
    const value = 255 - bytes[at]!;
    return [value, value, value];
  });
}

const POSITIVE = [27, 94, 158] as const;
const NEGATIVE = [180, 84, 10] as const;

/** White for 0, blue above and orange below; several channels show their sum. */
export function weightAddress(pixels: string, width: number, height: number, channels: number): string {
  const bytes = signedBytes(pixels);
  return address(width, height, (pixel) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += bytes[pixel * channels + channel]!;
    const size = Math.min(1, Math.abs(sum) / (127 * channels));
    const [r, g, b] = sum > 0 ? POSITIVE : NEGATIVE;
    return [255 + size * (r - 255), 255 + size * (g - 255), 255 + size * (b - 255)];
  });
}
