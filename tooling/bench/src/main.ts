console.log("nothing is measured yet");
