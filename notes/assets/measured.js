// Where nothing hovers, the first touch of a measured number shows its run, and the second follows its link.
"use strict";
{
  let shown = null;
  addEventListener("pointerdown", (event) => {
    const number = event.pointerType === "touch" && event.target.closest("a.measured");
    if (number !== shown) shown = null;
  });
  addEventListener("click", (event) => {
    const number = event.pointerType === "touch" && event.target.closest("a.measured");
    if (!number || number === shown) return;
    event.preventDefault();
    number.focus();
    shown = number;
  });
}
