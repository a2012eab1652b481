// An answer's own page: short first on a phone, like the chat.

import { fold } from "./fold.js";
import { STRINGS } from "./strings.js";

const answer = document.querySelector(".answer:not(.whole)");
if (answer) fold(answer, STRINGS[document.documentElement.lang].more);
