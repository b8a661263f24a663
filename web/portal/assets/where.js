// Offers to fill in where the citizen is. Without it a link or nothing will do.
"use strict";
const button = document.getElementById("where");
const pin = document.getElementById("pin");
if (button && pin && navigator.geolocation) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      (at) => {
        pin.value = at.coords.latitude.toFixed(6) + ", " + at.coords.longitude.toFixed(6);
        button.disabled = false;
      },
      () => { button.hidden = true; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}
