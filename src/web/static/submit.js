/* Sends the answer's form without a press of the button. */
document.getElementById("answer").submit();
