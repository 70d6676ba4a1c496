// An address as a picture that a camera reads.

import { encode } from "uqr";
import { t } from "./group_texts";

const SVG = "http://www.w3.org/2000/svg";
// Light around it, in modules: ISO/IEC 18004 asks for four.
const BORDER = 4;

export function qrNode(text: string): SVGSVGElement {
  const { data, size } = encode(text, { border: BORDER });
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: `0 0 ${size} ${size}`, role: "img", "aria-label": t.showQr, "shape-rendering": "crispEdges" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const light = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ width: size, height: size, fill: "#fff" })) light.setAttribute(name, String(value));
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("fill", "#000");
  dark.setAttribute("d", data.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : []))).join(""));
  svg.append(light, dark);
  return svg;
}
